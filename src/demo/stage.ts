import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { must, type Ended } from '../lab/command.js'
import type { LabHost } from '../lab/host.js'
import type { Lab } from '../lab/lab.js'
import { reveal } from '../core/secret.js'
import { startGithub, type GithubStandIn, type GithubStandInOptions } from './github/stand-in.js'
import { wheel } from './wheel.js'

const repository = 'acme/demo'
const wheels = '/srv/wheels'

export interface StageOptions {
  /** The folder of Fettle's package, with the command line and the app. */
  readonly root: string
  /** The project with the job's `tasks/` and `templates/`. */
  readonly project: string
  /** Starts the stand-in for GitHub. Default: one that does not validate requests. */
  readonly github?: (options: GithubStandInOptions) => Promise<GithubStandIn>
  readonly lab: Lab
  readonly hosts: readonly LabHost[]
  /** The login user: `root`, `admin` (sudo) or `deploy` (sudo with a password). Default: `root`. */
  readonly user?: string
  /** Hosts of the inventory that do not exist, by name and address. */
  readonly ghosts?: Readonly<Record<string, string>>
  /** The branch that the developer pushes and the job deploys. Default: `main`. */
  readonly branch?: string
  /** Variables of the group, which override those of the stage. */
  readonly vars?: Readonly<Record<string, unknown>>
}

export interface FettleOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  /** Called when it has started, with its process id. */
  readonly started?: (pid: number) => void
  /** Use this process's standard output and error. */
  readonly inherit?: boolean
}

/**
 * The environment of the deployment job: GitHub, a private repository with the app, wheels, an
 * inventory.
 */
export interface Stage {
  readonly github: GithubStandIn
  readonly repository: string
  /** The project's directory, in which the command line is run. */
  readonly project: string
  readonly inventory: string
  /** Environment variables for the command line, in addition to this process's. */
  readonly env: Readonly<Record<string, string>>
  /** Runs the command line as a user would, with the inventory of the stage. */
  fettle(argv: readonly string[], options?: FettleOptions): Promise<Ended>
  /** Commits files (null removes one) and pushes them as the developer. Returns the commit. */
  push(
    message: string,
    files: Readonly<Record<string, string | null>>,
    options?: { readonly force?: boolean },
  ): Promise<string>
  /** The app's page, requested on a host; the last line is its status. */
  page(host: LabHost): Promise<string>
  close(): Promise<void>
}

const appFolder = (root: string): string => join(root, 'src/demo/app')

/** The app's source, as of a version. */
export async function appVersion(root: string, version: string): Promise<string> {
  return (await readFile(join(appFolder(root), 'app.py'), 'utf8')).replace(
    'VERSION = "one"',
    `VERSION = ${JSON.stringify(version)}`,
  )
}

export const appRequirements = (root: string): Promise<string> =>
  readFile(join(appFolder(root), 'requirements.txt'), 'utf8')

export async function setStage({
  root,
  project,
  github: start = startGithub,
  lab,
  hosts,
  user = 'root',
  ghosts = {},
  branch = 'main',
  vars = {},
}: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'fettle-stage-'))
  const github = await start({ repositories: [repository], gitAddress: lab.address })
  try {
    const clone = await cloneAsDeveloper(folder, github, branch)
    const push: Stage['push'] = async (message, files, { force = false } = {}) => {
      for (const [name, text] of Object.entries(files)) {
        if (text === null) await rm(join(clone.folder, name))
        else await writeFile(join(clone.folder, name), text)
      }
      const amend = force ? ['--amend'] : []
      const overwrite = force ? ['--force'] : []
      await clone.git('add', '--all')
      await clone.git('commit', '--quiet', '--allow-empty', ...amend, '--message', message)
      await clone.git('push', '--quiet', ...overwrite, 'origin', branch)
      return (await clone.git('rev-parse', 'HEAD')).trim()
    }
    await cp(appFolder(root), clone.folder, { recursive: true })
    await push('The app', {})
    for (const host of hosts) await placeWheels(host)
    const inventory = join(folder, 'hosts.yml')
    const text = inventoryOf({ lab, hosts, user, ghosts, branch, vars, github })
    await writeFile(inventory, text, { mode: 0o600 })
    const env = { GITHUB_TOKEN: reveal(github.token), GITHUB_API_URL: github.apiUrl }
    return {
      github,
      repository,
      project,
      inventory,
      env,
      push,
      fettle: (argv, options = {}) =>
        runFettle({ root, project }, [...argv, '-i', inventory], env, options),
      page: (host) =>
        host.mustRun(['curl', '-sS', '-w', '%{http_code}\n', 'http://localhost:5000/']),
      close: async () => {
        await github.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await github.close()
    throw error
  }
}

async function cloneAsDeveloper(
  folder: string,
  github: GithubStandIn,
  branch: string,
): Promise<{
  readonly folder: string
  readonly git: (...argv: readonly string[]) => Promise<string>
}> {
  const clone = join(folder, 'clone')
  const key = join(folder, 'developer')
  const known = join(folder, 'known_hosts')
  await mkdir(clone)
  await writeFile(key, github.developer.privateKey, { mode: 0o600 })
  await writeFile(known, `[${github.gitAddress}]:${String(github.gitPort)} ${github.hostKey}\n`)
  const identity = {
    GIT_AUTHOR_NAME: 'Dev',
    GIT_AUTHOR_EMAIL: 'dev@example.org',
    GIT_COMMITTER_NAME: 'Dev',
    GIT_COMMITTER_EMAIL: 'dev@example.org',
  }
  const env = {
    ...process.env,
    ...identity,
    GIT_SSH_COMMAND: `ssh -F none -i ${key} -o IdentitiesOnly=yes -o UserKnownHostsFile=${known}`,
  }
  const git = (...argv: readonly string[]): Promise<string> =>
    must(['git', '-C', clone, ...argv], { env })
  await git('init', '--quiet', `--initial-branch=${branch}`)
  await git('remote', 'add', 'origin', github.gitUrl(repository))
  return { folder: clone, git }
}

/** Puts the dependency that a push adds on the host: two versions of a package of the lab's own. */
async function placeWheels(host: LabHost): Promise<void> {
  await host.mustRun(['mkdir', '-p', wheels])
  for (const version of ['1.0', '2.0']) {
    const { fileName, data } = wheel('fettle_greeting', version, `greeting ${version}`)
    await host.mustRun(`cat >${wheels}/${fileName}`, { input: data })
  }
}

type InventoryParts = Required<Omit<StageOptions, 'root' | 'project' | 'github'>> & {
  readonly github: GithubStandIn
}

function inventoryOf({ lab, hosts, user, ghosts, branch, vars, github }: InventoryParts): string {
  const common = `-o UserKnownHostsFile=${lab.knownHostsFile}`
  const members = hosts.map(
    ({ name, address }) =>
      [
        name,
        {
          ansible_host: address,
          hook_url: `http://${address}:9000/hooks/demo`,
          hook_address: address,
        },
      ] as const,
  )
  const missing = Object.entries(ghosts).map(
    ([name, address]) =>
      [name, { ansible_host: address, hook_url: `http://${address}:9000/hooks/demo` }] as const,
  )
  return stringify({
    web: {
      hosts: Object.fromEntries([...members, ...missing]),
      vars: {
        ansible_user: user,
        ansible_ssh_private_key_file: lab.keyFile,
        ansible_ssh_common_args: common,
        app: 'demo',
        repository,
        branch,
        git_url: github.gitUrl(repository),
        git_host: `[${github.gitAddress}]:${String(github.gitPort)}`,
        git_host_keys: [github.hostKey],
        // The lab cannot reach PyPI: Flask and the like come from Debian, and one package from
        // wheels on the host.
        debian_packages: ['python3-flask', 'python3-sqlalchemy', 'python3-pymysql', 'gunicorn'],
        system_site_packages: true,
        find_links: wheels,
        ...vars,
      },
    },
  })
}

function runFettle(
  { root, project }: Pick<StageOptions, 'root' | 'project'>,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  { input = '', env: more = {}, started, inherit = false }: FettleOptions,
): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'bin/fettle.js'), ...argv], {
    cwd: project,
    env: { ...process.env, ...env, ...more },
    stdio: inherit ? ['inherit', 'inherit', 'inherit'] : ['pipe', 'pipe', 'pipe'],
  })
  if (child.pid !== undefined) started?.(child.pid)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (bytes: Buffer) => out.push(bytes))
  child.stderr?.on('data', (bytes: Buffer) => err.push(bytes))
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        code,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    )
  })
}

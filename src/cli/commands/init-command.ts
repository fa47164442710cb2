import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { types } from 'node:util'
import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'
import { createWithMode } from '../../files/write-whole.js'
import { manifest, packageFolder } from '../package-folder.js'
import type { ProcessContext } from '../input/process-context.js'

/** The files of a new project: their content by path. */
type Files = ReadonlyMap<string, string>

/**
 * Files whose dot is added on copying: npm leaves `.gitignore` out of packages, and in a folder of
 * templates hidden files are overlooked.
 */
const dotFiles: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  'env.example': '.env.example',
}

/** The files below a folder of the package. */
function filesBelow(folder: string, as = ''): Files {
  const root = join(packageFolder(), folder)
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  const files = new Map<string, string>()
  for (const name of names.sort())
    files.set(join(as, dotFiles[name] ?? name), readFileSync(join(root, name), 'utf8'))
  return files
}

/** The files of the project that `fettle init` creates. */
export function projectFiles(project: string): Files {
  const { version, devDependencies } = manifest()
  const packageJson = {
    name: packageName(project),
    private: true,
    type: 'module',
    dependencies: { fettle: installSource(project, version) },
    devDependencies: { typescript: devDependencies?.['typescript'] ?? '*' },
  }
  return new Map([
    ['package.json', `${JSON.stringify(packageJson, null, 2)}\n`],
    ...filesBelow('starter'),
    ...filesBelow('tasks', 'tasks'),
    ...filesBelow('templates', 'templates'),
  ])
}

function packageName(project: string): string {
  const name = basename(project)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
  return name || 'servers'
}

/**
 * The source from which the new project installs Fettle: that of the running copy, as npm has
 * recorded it.
 */
function installSource(project: string, version: string): string {
  let place = packageFolder()
  if (place.endsWith(join('node_modules', 'fettle'))) {
    const modules = dirname(place)
    const resolved = resolvedBy(modules)
    if (resolved?.startsWith('https://registry.') === true) return `^${version}`
    if (resolved?.startsWith('file:') === true)
      place = resolve(dirname(modules), resolved.slice('file:'.length))
  }
  const path = relative(project, place).split(sep).join('/')
  return path.startsWith('.') ? `file:${path}` : `file:./${path}`
}

function resolvedBy(modules: string): string | null {
  try {
    const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly resolved?: string }>>
    }
    return packages['node_modules/fettle']?.resolved ?? null
  } catch {
    // A global installation has no such file.
    return null
  }
}

/** Files whose copies will hold secrets: cp keeps the mode. */
const privateFiles: readonly string[] = ['.env.example']

/** Creates a folder that others may read, and its parents, whatever the umask. */
function folder(path: string): void {
  if (existsSync(path)) return
  folder(dirname(path))
  mkdirSync(path)
  chmodSync(path, 0o755)
}

/** Writes a file unless it exists. Returns whether it was written. */
function writeNew(project: string, name: string, text: string): boolean {
  const path = join(project, name)
  folder(dirname(path))
  try {
    const file = createWithMode(path, privateFiles.includes(name) ? 0o600 : 0o644)
    writeFileSync(file, text)
    closeSync(file)
    return true
  } catch (error) {
    if (types.isNativeError(error) && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/**
 * The packages that are not installed yet. `npm install` adds them to the project's own
 * `package.json`.
 */
function installation(project: string, files: Files): readonly string[] {
  const wanted = JSON.parse(files.get('package.json') ?? '{}') as {
    readonly dependencies: Readonly<Record<string, string>>
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const noted = readFileSync(join(project, 'package.json'), 'utf8')
  const missing = (names: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(names)
      .filter(([name]) => !noted.includes(`"${name}"`))
      .map(([name, source]) => installArgument(name, source))
  const own = missing(wanted.dependencies)
  const checks = missing(wanted.devDependencies)
  if (own.length + checks.length === 0) {
    const isInstalled = existsSync(join(project, 'node_modules', 'typescript'))
    return isInstalled ? [] : ['npm install']
  }
  const commands: string[] = []
  if (own.length > 0) commands.push(`npm install ${own.join(' ')}`)
  if (checks.length > 0) commands.push(`npm install --save-dev ${checks.join(' ')}`)
  return commands
}

/** The argument of `npm install` for a package: its folder, or its name and version. */
const installArgument = (name: string, source: string): string =>
  source.startsWith('file:') ? source.slice('file:'.length) : `${name}@${source}`

type InitStep = readonly [step: string, why: string]

/** What to do next, in order. */
function nextSteps(cwd: string, project: string, files: Files): string {
  const place = relative(cwd, project)
  const commands = [...installation(project, files)]
  if (place !== '') commands.unshift(`cd ${place}`)
  const steps: readonly InitStep[] = [
    ...commands.map((command): InitStep => [command, '']),
    ['edit inventory/hosts.yml', 'your server'],
    ['edit inventory/group_vars/web.yml', 'your app'],
    [
      'cp .env.example .env',
      'a token of GitHub goes there; without one: github: false in group_vars/web.yml',
    ],
    ['npx fettle ping', 'is the server reached?'],
    ['npx fettle plan', 'what would change; changes nothing'],
    ['npx fettle apply', 'do it'],
  ]
  const width = Math.max(...steps.map(([step]) => step.length))
  const lines = steps.map(([step, why]) =>
    why === '' ? `  ${step}\n` : `  ${step.padEnd(width)}  # ${why}\n`,
  )
  return `\nNext:\n${lines.join('')}`
}

/** `tasks/ (12 files)` for files below a folder, the name for a single file. */
function summary(names: readonly string[]): string {
  const folders = new Map<string, number>()
  for (const name of names) {
    const [top = '', ...rest] = name.split(sep)
    const shown = rest.length === 0 ? top : `${top}/`
    folders.set(shown, (folders.get(shown) ?? 0) + 1)
  }
  return [...folders]
    .map(([name, count]) => (name.endsWith('/') ? `${name} (${count} files)` : name))
    .join(', ')
}

/**
 * `fettle init`: creates a project with the deployment job in it. What exists already is not
 * changed.
 * @returns 0
 * @throws FettleError `usage` when the directory cannot be written to
 */
export function initCommand(
  directory: string,
  { cwd, stdout }: Pick<ProcessContext, 'cwd' | 'stdout'>,
): number {
  const project = resolve(cwd, directory)
  const files = projectFiles(project)
  const wrote: string[] = []
  const kept: string[] = []
  try {
    for (const [name, text] of files) {
      if (writeNew(project, name, text)) wrote.push(name)
      else kept.push(name)
    }
  } catch (error) {
    throw new FettleError('usage', {
      message: `fettle init: ${messageOf(error)}`,
      remedy: 'name a directory that can be made and written to: fettle init DIR',
    })
  }
  if (wrote.length > 0) stdout.write(`Wrote ${summary(wrote)}\n`)
  if (kept.length > 0) stdout.write(`Left as they are: ${kept.join(', ')}\n`)
  stdout.write(nextSteps(cwd, project, files))
  return 0
}

import { setTimeout as sleep } from 'node:timers/promises'
import pc from 'picocolors'
import { messageOf } from '../core/error-message.js'
import type { LabHost } from '../lab/host.js'
import { openLab, type Lab } from '../lab/lab.js'
import { appVersion, setStage, type Stage } from './stage.js'

export interface DemoOptions {
  /** The folder of Fettle's package. */
  readonly root: string
  /** A project with the deployment job in it. */
  readonly project: string
  /** Leave the host up afterwards. */
  readonly keep: boolean
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const title = (text: string): void => say(`\n${pc.bold(pc.cyan(`── ${text}`))}`)

/** Runs a command on the host, and prints it with its output. */
async function onHost(host: LabHost, command: string): Promise<string> {
  say(pc.dim(`demo# ${command}`))
  const { stdout, stderr } = await host.run(command)
  const said = `${stdout}${stderr}`.trimEnd()
  if (said !== '') say(said)
  return said
}

/** Runs the command line, and prints it with its output. */
async function fettle(stage: Stage, argv: readonly string[], expected: number): Promise<void> {
  say(pc.dim(`$ npx fettle ${argv.join(' ')} -i ${stage.inventory}`))
  const { code } = await stage.fettle(argv, { inherit: true })
  say(pc.dim(`exit status ${String(code)}`))
  if (code !== expected)
    throw new Error(
      `fettle ${argv.join(' ')} ended with ${String(code)} instead of ${String(expected)}`,
    )
}

async function show(lab: Lab, { root, project }: DemoOptions): Promise<Stage> {
  title('A bare Debian server, and a GitHub of its own')
  const host = await lab.boot({ name: 'demo' })
  const stage = await setStage({ root, project, lab, hosts: [host] })
  say(`host   ${host.name} at ${host.address}: Debian 12, systemd, sshd, sudo, and nothing else`)
  say(
    `GitHub ${stage.github.apiUrl} (a stand-in), ${stage.github.gitUrl(stage.repository)}, private`,
  )

  title('From nothing to a running app: tasks/site.ts, in one run')
  await fettle(stage, ['apply'], 0)

  title('The page answers')
  await onHost(host, "curl -sS -w '%{http_code}\\n' http://localhost:5000/")
  await onHost(host, 'curl -sS -X POST http://localhost:5000/')

  title('A push redeploys')
  await pushAndWatch(root, stage, host)

  title('A second run changes nothing')
  await fettle(stage, ['apply'], 0)

  title('Three things broken by hand')
  await onHost(host, "sed -i 's/--workers 3/--workers 1/' /etc/systemd/system/demo.service")
  await onHost(host, 'systemctl stop demo-hook.service')
  await onHost(host, "mariadb -e 'revoke insert on demo.* from demo@localhost'")
  title('The plan names them, and the restart that follows')
  await fettle(stage, ['plan'], 2)
  title('Exactly those are repaired')
  await fettle(stage, ['apply'], 0)
  await fettle(stage, ['plan'], 0)
  await onHost(
    host,
    'systemctl is-active demo.service demo-hook.service; grep ^ExecStart= /etc/systemd/system/demo.service; curl -sS -X POST http://localhost:5000/',
  )
  return stage
}

async function pushAndWatch(root: string, stage: Stage, host: LabHost): Promise<void> {
  const begun = performance.now()
  const commit = await stage.push('Version two', { 'app.py': await appVersion(root, 'two') })
  say(pc.dim('$ git push'))
  say(`pushed ${commit.slice(0, 12)}`)
  const deadline = begun + 60_000
  while (
    !(await host.run(['curl', '-sS', 'http://localhost:5000/'])).stdout.startsWith('version two')
  ) {
    if (performance.now() > deadline)
      throw new Error('the pushed version did not appear within 60 s')
    await sleep(100)
  }
  const seconds = (performance.now() - begun) / 1000
  await stage.github.settled()
  const [delivery] = stage.github.deliveries(stage.repository)
  say(
    `delivered as ${delivery?.event ?? '?'}, signed, answered ${String(delivery?.statusCode ?? '?')}`,
  )
  await sleep(1000)
  await onHost(host, 'journalctl -u demo-hook.service -o cat --no-pager -n 12')
  await onHost(host, "curl -sS -w '%{http_code}\\n' http://localhost:5000/")
  say(pc.green(`from the push to the page: ${seconds.toFixed(1)} s`))
}

function printNextSteps(lab: Lab, keep: boolean): void {
  const [host] = lab.hosts
  title('Your turn')
  if (keep && host !== undefined) {
    say(
      `log in     ssh -i ${lab.keyFile} -o UserKnownHostsFile=${lab.knownHostsFile} root@${host.address}`,
    )
    say('end it     npx fettle lab down        (the stand-in for GitHub ends now)')
  } else say('The host is taken down now. To keep it and log in: npx fettle demo --keep')
  say(
    'your own   npx fettle init my-servers: a project with this very job, to edit, plan and apply',
  )
}

/**
 * The demo: the deployment job on a throwaway Debian host of this machine, from nothing to an app
 * that every push redeploys.
 * @returns 0, or 1 when a step failed
 * @throws FettleError `lab-unavailable`, `lab-failed`
 */
export async function demo(options: DemoOptions): Promise<number> {
  const begun = performance.now()
  const lab = await openLab({ say })
  const interrupted = (): void => {
    void lab.close().then(() => process.exit(130))
  }
  process.once('SIGINT', interrupted)
  let stage: Stage | null = null
  try {
    stage = await show(lab, options)
    printNextSteps(lab, options.keep)
    if (options.keep) await lab.keep()
    const seconds = (performance.now() - begun) / 1000
    say(pc.dim(`the demo took ${seconds.toFixed(0)} s`))
    return 0
  } catch (error) {
    say(pc.red(messageOf(error)))
    return 1
  } finally {
    process.off('SIGINT', interrupted)
    await stage?.close()
    if (!options.keep) await lab.close()
  }
}

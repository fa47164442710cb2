import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFolder } from '../../../src/cli/package-folder.js'
import type { LabHost } from '../../../src/lab/host.js'
import { told, withStatus, type Told } from '../job.js'
import { CuttingProxy, type Cut, type Direction } from './cutting-proxy.js'
import { beginning, contents, repository, settings } from './states.js'

/** This also runs compiled, one folder deeper. */
const root = packageFolder()

export const ways = ['reset', 'end', 'hole', 'control killed', 'session killed'] as const

/** A point at which a run is disturbed, and how. */
export interface Point {
  readonly way: (typeof ways)[number]
  readonly direction: Direction
  /** The share of an undisturbed run's traffic in that direction that comes before it: 0 to 1. */
  readonly share: number
}

/**
 * That many points, spread evenly over the run, with each kind of disturbance in each part of it.
 */
export const points = (count: number): readonly Point[] =>
  Array.from({ length: count }, (_, index) => ({
    way: ways[index % ways.length] ?? 'reset',
    direction: index % 2 === 0 ? 'up' : 'down',
    share: (index + 0.5) / count,
  }))

export interface Outcome {
  readonly point: Point
  /** Whether the run reached the point. */
  readonly reached: boolean
  /** The disturbed run's exit status; null when it was killed. */
  readonly code: number | null
  /** The number of changes in the next run, and its duration. */
  readonly left: number
  readonly seconds: number
  /** Violations of the expected state. */
  readonly faults: readonly string[]
}

/**
 * Runs a job that is disturbed at one point, and then again undisturbed, always from the same state
 * of the host.
 */
export class Trials {
  #traffic: Readonly<Record<Direction, number>> = { up: 0, down: 0 }
  /** The files that an undisturbed run leaves. */
  #names: readonly string[] = []

  private constructor(
    readonly host: LabHost,
    readonly project: string,
    readonly proxy: CuttingProxy,
  ) {}

  static async on(host: LabHost): Promise<Trials> {
    const proxy = await CuttingProxy.to(host.address, host.port)
    const project = await mkdtemp(join(tmpdir(), 'fettle-cuts-'))
    await mkdir(join(project, 'inventory'))
    await writeFile(
      join(project, 'inventory/known_hosts'),
      `[127.0.0.1]:${String(proxy.port)} ${host.hostKey}\n`,
    )
    const vars = {
      ansible_host: '127.0.0.1',
      ansible_port: proxy.port,
      ansible_user: 'root',
      ansible_ssh_private_key_file: host.keyFile,
      ansible_ssh_common_args: '-o ServerAliveInterval=1 -o ServerAliveCountMax=2',
    }
    await writeFile(
      join(project, 'inventory/hosts.yml'),
      JSON.stringify({ all: { hosts: { host: vars } } }),
    )
    await host.mustRun(repository)
    const trials = new Trials(host, project, proxy)
    await trials.#undisturbed()
    return trials
  }

  async close(): Promise<void> {
    this.proxy.close()
    await rm(this.project, { recursive: true })
  }

  /** Measures the traffic of an undisturbed run, and the files that it leaves. */
  async #undisturbed(): Promise<void> {
    await this.#begin()
    this.proxy.arm(null)
    const run = await this.#apply()
    if (run.code !== 0) throw new Error(`the job itself fails:\n${run.text}`)
    this.#traffic = { ...this.proxy.passed }
    const again = await this.#apply()
    if (withStatus(again, 'changed').length > 0)
      throw new Error(`the job does not converge:\n${again.text}`)
    this.#names = await this.#listing()
  }

  async #begin(): Promise<void> {
    await this.host.mustRun(beginning, { input: settings('one') })
  }

  async try(point: Point): Promise<Outcome> {
    await this.#begin()
    const before = await this.#instance()
    const { code, reached } = await this.#disturbed(point)
    const faults = await this.#halves()
    this.proxy.arm(null)
    const begun = performance.now()
    const next = await this.#apply()
    const seconds = (performance.now() - begun) / 1000
    const left = withStatus(next, 'changed').length
    if (next.code !== 0)
      faults.push(
        `the next run ended with ${String(next.code)}: ${withStatus(next, 'failed').join('; ')}${next.hosts.map(({ error }) => error?.message ?? '').join()}`,
      )
    if (code === 0 && left > 0)
      faults.push(
        `the disturbed run said that all is done, and this was left: ${withStatus(next, 'changed').join('; ')}`,
      )
    faults.push(...(await this.#unconverged(before)))
    return { point, reached, code, left, seconds, faults }
  }

  #argv(): readonly string[] {
    return [
      join(root, 'bin/fettle.js'),
      'apply',
      join(root, 'test/lab/cuts/tasks/site.ts'),
      '--json',
    ]
  }

  #start(): {
    readonly child: ChildProcess
    readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>
  } {
    const child = spawn(process.execPath, this.#argv(), {
      cwd: this.project,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes))
    const ended = once(child, 'close').then(([code]: (number | null)[]) => ({
      code: code ?? null,
      stdout: Buffer.concat(out).toString(),
      stderr: Buffer.concat(err).toString(),
    }))
    return { child, ended }
  }

  async #apply(): Promise<Told> {
    return told(await this.#start().ended)
  }

  async #disturbed({
    way,
    direction,
    share,
  }: Point): Promise<{ readonly code: number | null; readonly reached: boolean }> {
    const bytes = Math.max(1, Math.round(share * this.#traffic[direction]))
    let kill: () => Promise<void> = () => Promise.resolve()
    const how: Cut['how'] = way === 'reset' || way === 'end' || way === 'hole' ? way : () => kill()
    this.proxy.arm({ direction, bytes, how })
    const { child, ended } = this.#start()
    kill = async () => {
      if (way === 'session killed') await this.#killSession()
      else child.kill('SIGKILL')
    }
    const { code } = await ended
    return { code, reached: this.proxy.done }
  }

  /** Kills the shell that the session's blocks run in, or its sshd before that has started. */
  async #killSession(): Promise<void> {
    await this.host.run(
      `p=$(readlink /run/fettle/lock); kill -9 "\${p%%:*}" 2>/dev/null || pkill -9 -f '[s]shd: root'`,
    )
  }

  /**
   * Files whose content is neither the old nor the new one, checked while interrupted work may
   * still be running.
   */
  async #halves(): Promise<string[]> {
    const script = Object.keys(contents)
      .map((path) => `if [ -e ${path} ]; then wc -c <${path}; cat ${path}; else echo -; fi`)
      .join('\n')
    let text = await this.host.mustRun(script)
    return Object.entries(contents).flatMap(([path, allowed]) => {
      const [first = ''] = text.split('\n', 1)
      const size = first === '-' ? 0 : Number(first)
      const content = first === '-' ? null : text.slice(first.length + 1, first.length + 1 + size)
      text = text.slice(first.length + 1 + size)
      const whole = allowed.some((one) =>
        one instanceof RegExp ? content !== null && one.test(content) : one === content,
      )
      if (whole) return []
      return [`${path} is half of something: ${JSON.stringify(content?.slice(0, 100))}`]
    })
  }

  async #unconverged(before: string): Promise<readonly string[]> {
    const restarted = await this.#instance()
    const environment = await this.host.run(
      'tr "\\0" "\\n" </proc/$(systemctl show -p MainPID --value cuts.service)/environ | grep ^VERSION=',
    )
    const version = environment.stdout.trim()
    const last = await this.#apply()
    const names = await this.#listing()
    const login = await this.host.run(
      '. /etc/cuts/secret.env && mariadb -u cuts -p"$PASSWORD" cuts -e "SELECT 1"',
    )
    const audit = await this.host.run(
      'visudo -c && test -z "$(dpkg --audit)" && git -C /srv/cuts/src fsck --no-progress && test -s /etc/cuts/ran',
    )
    const instance = await this.#instance()
    const changed = withStatus(last, 'changed')
    const extra = names.filter((name) => !this.#names.includes(name))
    const missing = this.#names.filter((name) => !names.includes(name))
    const faults: string[] = []
    if (restarted === before || version !== 'VERSION=two')
      faults.push(`the restart is lost: ${version}`)
    if (last.code !== 0 || changed.length > 0)
      faults.push(
        `the run after that changes ${changed.join('; ')} and ends with ${String(last.code)}`,
      )
    if (instance !== restarted) faults.push('the service was restarted once more')
    faults.push(...extra.map((name) => `${name} is left behind`))
    faults.push(...missing.map((name) => `${name} is missing`))
    if (login.code !== 0)
      faults.push(`the file and the database have different passwords: ${login.stderr}`)
    if (audit.code !== 0) faults.push(`${audit.stdout}${audit.stderr}`)
    return faults
  }

  async #instance(): Promise<string> {
    return (await this.host.mustRun('systemctl show -p InvocationID --value cuts.service')).trim()
  }

  /** The names of everything where temporary files may be, except those of a running session. */
  async #listing(): Promise<readonly string[]> {
    const found = await this.host.mustRun(
      "find /etc /root /srv /tmp /var/tmp $(ls -d /var/lib/fettle /run/fettle* 2>/dev/null) -path '*/.git/objects/*' -o -path '/tmp/systemd-private-*' -prune -o -path '/run/fettle/*.[0-9]*:*' -o -path '/run/fettle/run.*' -o -path /var/lib/fettle/undo -prune -o -print",
    )
    return found.trim().split('\n').sort()
  }
}

import { FettleError } from '../core/errors.js'
import type { Resource } from '../core/resource.js'
import type { RunMode } from '../engine/events.js'
import type { LabHost } from '../lab/host.js'
import type { ImageName } from '../lab/image-name.js'
import type { Lab } from '../lab/lab.js'
import type { Session } from '../ssh/session.js'
import type { LoggedIn, Ran } from './engine-run.js'
import type { HostOutcome, HostState, TestHost } from './host-case.js'
import { contentsScript, isAmong, parseContents, parseState, stateScript } from './host-state.js'

export interface LabTestHostOptions {
  /**
   * `bare`: a provider's minimal Debian 12. `stack`: with MariaDB, git, Flask, gunicorn and
   * webhook; the database's files are not compared. Default `bare`.
   */
  readonly image?: ImageName
  /** The project's folder, for sources, templates and `.env`. Default: the current one. */
  readonly project?: string
  /** Gets lines about slow work, such as building an image. Default: nothing is said. */
  readonly say?: (line: string) => void
}

/** A throwaway Debian host on this machine, for tests. */
export interface LabTestHost extends TestHost {
  /**
   * Boots the host, which takes some seconds; for the first time ever, an image is built, which
   * takes half a minute more. Further calls wait for the same boot.
   * @throws FettleError `lab-unavailable` where lab hosts cannot run, with what is missing: they
   * need Linux, root and some of Debian's packages; `lab-failed`
   */
  boot(): Promise<void>
  /** Takes the host down. It also goes down when this process ends. */
  close(): Promise<void>
}

/**
 * A throwaway Debian host for `hostTests`: with systemd and sshd, in namespaces of this machine.
 * Nothing is booted before `boot`, or the first test that needs it.
 *
 * It needs Linux and root; elsewhere `boot` throws `lab-unavailable`, which says what is missing.
 * Resources are planned and applied by the engine itself, as by `fettle plan` and `fettle apply`,
 * through one SSH session of root.
 */
export function labHost(options: LabTestHostOptions = {}): LabTestHost {
  return new OneLabHost(options)
}

/** What the running services of an image change by themselves. */
const restless: Readonly<Record<ImageName, readonly string[]>> = {
  bare: [],
  stack: ['/var/lib/mysql'],
}

/** What stands after a boot. */
interface Booted {
  readonly lab: Lab
  readonly host: LabHost
}

class OneLabHost implements LabTestHost {
  readonly #options: LabTestHostOptions
  #booting: Promise<Booted> | null = null
  #session: Session | null = null
  /** The name under which the last apply has kept things. */
  #lastApply = ''

  constructor(options: LabTestHostOptions) {
    this.#options = options
  }

  async boot(): Promise<void> {
    await this.#booted()
  }

  async close(): Promise<void> {
    const booting = this.#booting
    if (booting === null) return
    this.#booting = null
    await this.#session?.close()
    this.#session = null
    // What was opened by a boot that failed is closed there.
    const booted = await booting.catch(() => null)
    await booted?.lab.close()
  }

  async plan(resources: readonly Resource[]): Promise<readonly HostOutcome[]> {
    return (await this.#run('plan', resources)).outcomes
  }

  async apply(resources: readonly Resource[]): Promise<readonly HostOutcome[]> {
    const { outcomes, run } = await this.#run('apply', resources)
    this.#lastApply = run
    return outcomes
  }

  async takeBack(resources: readonly Resource[]): Promise<readonly string[]> {
    const { takeRunBack } = await import('./engine-run.js')
    return takeRunBack(await this.#loggedIn(), this.#lastApply, resources)
  }

  async shell(script: string): Promise<string> {
    const { host } = await this.#booted()
    const { code, stdout, stderr } = await host.run(['sh', '-euc', script])
    if (code === 0) return stdout
    const message = `the shell of the test ended with status ${String(code)}: ${stderr.trim()}`
    throw new FettleError('lab-failed', { message, detail: script })
  }

  async state(): Promise<HostState> {
    const { image = 'bare' } = this.#options
    const found = parseState(await this.shell(stateScript.text))
    return new Map([...found].filter(([name]) => !isAmong(name, restless[image])))
  }

  async contents(): Promise<HostState> {
    return parseContents(await this.shell(contentsScript.text))
  }

  #booted(): Promise<Booted> {
    return (this.#booting ??= this.#boot())
  }

  /** Imports the lab when it is needed: tests without hosts need neither Linux nor its packages. */
  async #boot(): Promise<Booted> {
    const { openLab } = await import('../lab/lab.js')
    const { image = 'bare', say = () => undefined } = this.#options
    const lab = await openLab({ say })
    try {
      const host = await lab.boot({ image })
      // The login itself changes files and units, so it precedes the first look at the host.
      this.#session = await logIn(host)
      return { lab, host }
    } catch (error) {
      await lab.close()
      throw error
    }
  }

  async #loggedIn(): Promise<LoggedIn> {
    const { host } = await this.#booted()
    if (this.#session === null || this.#session.over) this.#session = await logIn(host)
    const { project = '.' } = this.#options
    return { name: host.name, session: this.#session, project }
  }

  async #run(mode: RunMode, resources: readonly Resource[]): Promise<Ran> {
    const { runOn } = await import('./engine-run.js')
    return runOn(await this.#loggedIn(), mode, resources)
  }
}

async function logIn({ name, address, keyFile, knownHostsFile }: LabHost): Promise<Session> {
  const { connect } = await import('../ssh/connect.js')
  const session = await connect(
    { name, host: address, user: 'root', privateKeyFile: keyFile, become: null },
    { knownHostsFiles: [knownHostsFile], acceptNew: false },
  )
  await session.started
  return session
}

import { scrub } from '../core/scrub/scrub.js'
import { eachHost, type HostOutcome } from '../engine/fleet/each-host.js'
import { reading } from '../engine/cancellation.js'
import { untrustedWarnings } from '../files/untrusted-paths.js'
import type { InventoryHost } from '../inventory/inventory.js'
import { readLimit } from '../inventory/select/limit.js'
import { selectHosts } from '../inventory/select/pattern.js'
import { checkHosts } from '../inventory/select/usable-hosts.js'
import type { Session } from '../ssh/session.js'
import { oneLine } from '../views/text/clean.js'
import { decisiveFiles } from './load/decisive-files.js'
import type { FleetFlags } from './input/flags.js'
import { Interrupts } from './input/interrupts.js'
import { loadInventory } from './load/load-inventory.js'
import { exitCodeOf, printErrorEvent } from './output/output.js'
import { PromptInterrupted, readPasswords } from './input/passwords.js'
import type { ProcessContext } from './input/process-context.js'
import { unlockKeys } from './input/unlock-keys.js'

/** The hosts that a command is for. */
export interface SelectedHosts {
  readonly hosts: readonly InventoryHost[]
  /**
   * Connects to each host as the flags say, and does the work there. `onOutcome` is called with
   * each host's outcome as soon as it is known.
   */
  each<T>(
    work: (session: Session, host: InventoryHost) => Promise<T>,
    onOutcome: (outcome: HostOutcome<T>) => void,
  ): Promise<readonly HostOutcome<T>[]>
}

/** A command that does one thing on many hosts: its name, and what a Ctrl-C ends. */
export interface FleetCommand {
  readonly name: string
  readonly doing: 'reading' | 'a command'
}

/**
 * Selects hosts and reads passwords. Errors up to then are printed, and nothing has been contacted.
 * @returns the exit code: the result of `use`, 3 when nothing was contacted, or a signal's
 */
export async function onFleet(
  flags: FleetFlags,
  io: ProcessContext,
  { name, doing }: FleetCommand,
  use: (fleet: SelectedHosts) => Promise<number>,
): Promise<number> {
  const interrupts = new Interrupts(doing)
  const stopListening = interrupts.listen(io, (message) => io.stderr.write(`note: ${message}\n`))
  try {
    const fleet = await fleetOf(flags, io, interrupts, name)
    const code = interrupts.code ?? (await use(fleet))
    return interrupts.code ?? code
  } catch (error) {
    if (error instanceof PromptInterrupted) return 130
    await printErrorEvent(error, io, flags)
    return interrupts.code ?? exitCodeOf(error)
  } finally {
    stopListening()
  }
}

async function fleetOf(
  flags: FleetFlags,
  io: ProcessContext,
  { doing, stop, kill }: Interrupts,
  command: string,
): Promise<SelectedHosts> {
  const inventory = await loadInventory({
    sources: flags.inventory,
    project: io.cwd,
    extraVars: flags.extraVars,
  })
  const warnings = untrustedWarnings(io.cwd, decisiveFiles(io.cwd, flags.inventory))
  for (const warning of [...inventory.warnings, ...warnings])
    io.stderr.write(`note: ${oneLine(scrub(warning))}\n`)
  const hosts = checkHosts(selectHosts(inventory, readLimit(flags.limit ?? 'all', io.cwd)))
  const passwords = await readPasswords(flags, io)
  const options = {
    project: io.cwd,
    forks: flags.forks ?? null,
    become: flags.become === true,
    user: flags.user ?? null,
    sshConfig: flags.sshConfig ?? null,
    acceptNew: flags.acceptNew === true,
    command,
    ...passwords,
    stop,
    kill,
  }
  await unlockKeys(() => hosts, options, io)
  return {
    hosts,
    each: (work, onOutcome) => {
      if (doing !== 'reading') return eachHost(hosts, options, work, onOutcome)
      const stoppable: typeof work = (session, host) =>
        reading(session, stop, () => work(session, host))
      return eachHost(hosts, options, stoppable, onOutcome)
    },
  }
}

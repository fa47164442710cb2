import type { Play } from '../../core/play.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { scrub } from '../../core/scrub/scrub.js'
import type { Emit, Event, RunMode } from '../../engine/events.js'
import type { RunOptions } from '../../engine/options.js'
import type { RunList } from '../../engine/prepare/select.js'
import type { Inventory, InventoryHost } from '../../inventory/inventory.js'
import { readLimit } from '../../inventory/select/limit.js'
import { checkHosts } from '../../inventory/select/usable-hosts.js'
import { peopleView } from '../../views/people.js'
import { recordView } from '../../records/run-record.js'
import { retryView } from '../../records/retry-file.js'
import { views } from '../../views/view.js'
import { decisiveFiles } from '../load/decisive-files.js'
import type { RunFlags } from '../input/flags.js'
import { Interrupts } from '../input/interrupts.js'
import { listing } from '../output/listing.js'
import { errorEvent, exitCodeOf, openOutput } from '../output/output.js'
import { PromptInterrupted, readPasswords } from '../input/passwords.js'
import type { ProcessContext } from '../input/process-context.js'
import { unlockKeys } from '../input/unlock-keys.js'

/** The parts of a run below the command line; tests pass their own. */
export interface Parts {
  loadPlays(file: string, project: string): Promise<readonly Play[]>
  loadInventory(given: {
    readonly sources: readonly string[]
    readonly project: string
    readonly extraVars: readonly string[]
  }): Promise<Inventory>
  run(
    plays: readonly Play[],
    inventory: Inventory,
    options: RunOptions,
    emit: Emit,
  ): Promise<{ readonly exitCode: number }>
  listRun(
    plays: readonly Play[],
    inventory: Inventory,
    options: Pick<RunOptions, 'limit' | 'tags' | 'skipTags' | 'startAtTask'>,
  ): RunList
}

/** Imported on demand: `fettle --help` loads none of it. */
export async function realParts(): Promise<Parts> {
  const [{ loadPlays }, { loadInventory }, { run }, { listRun }] = await Promise.all([
    import('../load/load-tasks.js'),
    import('../load/load-inventory.js'),
    import('../../engine/run.js'),
    import('../../engine/prepare/select.js'),
  ])
  return { loadPlays, loadInventory, run, listRun }
}

export interface RunRequest {
  readonly mode: RunMode
  readonly file: string
  readonly flags: RunFlags
  /**
   * The command line that runs it again for the hosts that are not done. Left out: none is shown.
   */
  readonly retryCommand?: string
}

function runOptions(
  { mode, flags }: RunRequest,
  { cwd }: ProcessContext,
  { stop, kill }: Interrupts,
): Omit<RunOptions, 'becomePassword' | 'connectionPassword'> {
  return {
    mode,
    project: cwd,
    forks: flags.forks ?? null,
    limit: flags.limit === undefined ? null : readLimit(flags.limit, cwd),
    tags: flags.tags,
    skipTags: flags.skipTags,
    startAtTask: flags.startAtTask ?? null,
    become: flags.become === true,
    user: flags.user ?? null,
    sshConfig: flags.sshConfig ?? null,
    acceptNew: flags.acceptNew === true,
    beginAnyway: flags.beginAnyway === true,
    command: `fettle ${mode}`,
    stop,
    kill,
  }
}

function chosenHosts({ plays }: RunList, inventory: Inventory): readonly InventoryHost[] {
  const chosen = new Set(plays.flatMap(({ hosts }) => hosts))
  return [...inventory.hosts.values()].filter(({ name }) => chosen.has(name))
}

/** Loads what is to be run and passes it to the engine. Returns the exit code. */
async function perform(
  request: RunRequest,
  processContext: ProcessContext,
  parts: Parts,
  interrupts: Interrupts,
  emit: Emit,
  print: (text: string) => void,
): Promise<number> {
  const { file, flags } = request
  const options = runOptions(request, processContext, interrupts)
  const plays = await parts.loadPlays(file, options.project)
  const inventory = await parts.loadInventory({
    sources: flags.inventory,
    project: options.project,
    extraVars: flags.extraVars,
  })
  if (flags.listHosts === true || flags.listTasks === true) {
    const list = parts.listRun(plays, inventory, options)
    print(scrub(listing(file, plays, list, flags)))
    return 0
  }
  const passwords = await readPasswords(flags, processContext)
  // Tags are dropped: the selection of hosts ignores them, and resolving them would build every
  // resource.
  const hosts = (): readonly InventoryHost[] => {
    const list = parts.listRun(plays, inventory, { ...options, tags: [], skipTags: [] })
    return checkHosts(chosenHosts(list, inventory))
  }
  await unlockKeys(hosts, { ...options, ...passwords }, processContext)
  if (interrupts.code !== null) return interrupts.code
  const decisive = decisiveFiles(options.project, flags.inventory)
  const all = { ...options, ...passwords, decisive }
  const { exitCode } = await parts.run(plays, inventory, all, emit)
  return exitCode
}

/**
 * `plan` and `apply`.
 * @returns the exit code: 0, 1, 2 (a plan with changes), 3 (nothing was contacted), or a signal's
 */
export async function runCommand(
  request: RunRequest,
  processContext: ProcessContext,
  parts: () => Promise<Parts> = realParts,
): Promise<number> {
  const { mode, flags, retryCommand } = request
  const { people, programs } = openOutput(processContext, flags)
  const interrupts = new Interrupts(mode === 'plan' ? 'reading' : 'changes')
  const seen = new Set<Event['type']>()
  const emit: Emit = (event) => {
    seen.add(event.type)
    if (event.type !== 'summary') return view.onEvent(event)
    // The engine knows that it was stopped, but not by which signal.
    view.onEvent({ ...event, exitCode: interrupts.code ?? event.exitCode })
  }
  const note = (message: string): void => emit({ type: 'notice', host: null, message })
  const view = views([
    recordView(processContext.cwd, note),
    retryView(processContext.cwd, note),
    ...programs,
    await peopleView(people, {
      mode,
      diffs: flags.diff === true,
      verbosity: flags.verbose,
      ...omitUndefined({ retryCommand }),
    }),
  ])
  const stopListening = interrupts.listen(processContext, note)
  try {
    const print = (text: string): void => people.write(text)
    const loaded = await parts()
    const exitCode = await perform(request, processContext, loaded, interrupts, emit, print)
    return interrupts.code ?? exitCode
  } catch (error) {
    if (error instanceof PromptInterrupted) return 130
    emit(errorEvent(error, flags.verbose))
    const contacted = (['progress', 'resource', 'host'] as const).some((type) => seen.has(type))
    return interrupts.code ?? (contacted ? 1 : exitCodeOf(error))
  } finally {
    await view.end()
    stopListening()
  }
}

import type { Play } from '../../core/play.js'
import { scrub } from '../../core/scrub/scrub.js'
import type { Emit, RunMode, SummaryEvent } from '../../engine/events.js'
import type { RunOptions } from '../../engine/options.js'
import type { RunList } from '../../engine/prepare/select.js'
import type { Inventory, InventoryHost } from '../../inventory/inventory.js'
import { readLimit } from '../../inventory/select/limit.js'
import { checkHosts } from '../../inventory/select/usable-hosts.js'
import { decisiveFiles } from '../load/decisive-files.js'
import { checkTerminal, confirm } from '../input/confirm.js'
import { Interrupts } from '../input/interrupts.js'
import { listing } from '../output/listing.js'
import { readPasswords, type Passwords } from '../input/passwords.js'
import type { ProcessContext } from '../input/process-context.js'
import { unlockKeys } from '../input/unlock-keys.js'
import { shownRun, type OpenRun, type RunRequest } from './shown-run.js'

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

function runOptions(
  { mode: command, flags }: RunRequest,
  mode: RunMode,
  { cwd }: ProcessContext,
  { stop, kill }: Interrupts,
): Omit<RunOptions, keyof Passwords> {
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
    command: `fettle ${command}`,
    stop,
    kill,
  }
}

function chosenHosts({ plays }: RunList, inventory: Inventory): readonly InventoryHost[] {
  const chosen = new Set(plays.flatMap(({ hosts }) => hosts))
  return [...inventory.hosts.values()].filter(({ name }) => chosen.has(name))
}

/** What is loaded and asked for before anything is contacted. */
interface Loaded {
  readonly parts: Parts
  readonly plays: readonly Play[]
  readonly inventory: Inventory
  readonly passwords: Passwords
}

/** Loads what a run needs; null where only a listing was wanted. */
async function load(
  request: RunRequest,
  processContext: ProcessContext,
  parts: Parts,
  { mode, interrupts, print }: OpenRun,
): Promise<Loaded | null> {
  const { file, flags } = request
  if (asksFirst(request)) checkTerminal(processContext)
  const options = runOptions(request, mode, processContext, interrupts)
  const plays = await parts.loadPlays(file, options.project)
  const inventory = await parts.loadInventory({
    sources: flags.inventory,
    project: options.project,
    extraVars: flags.extraVars,
  })
  if (onlyLists(request)) {
    const list = parts.listRun(plays, inventory, options)
    print(scrub(listing(file, plays, list, flags)))
    return null
  }
  const passwords = await readPasswords(flags, processContext)
  // Tags are dropped: the selection of hosts ignores them, and resolving them would build every
  // resource.
  const hosts = (): readonly InventoryHost[] => {
    const list = parts.listRun(plays, inventory, { ...options, tags: [], skipTags: [] })
    return checkHosts(chosenHosts(list, inventory))
  }
  await unlockKeys(hosts, { ...options, ...passwords }, processContext)
  return { parts, plays, inventory, passwords }
}

const onlyLists = ({ flags }: RunRequest): boolean =>
  flags.listHosts === true || flags.listTasks === true

/** Whether a plan comes first, and the apply after a question. */
const asksFirst = (request: RunRequest): boolean =>
  request.mode === 'apply' && request.flags.ask !== undefined && !onlyLists(request)

/** Passes what was loaded to the engine. Returns the exit code. */
async function perform(
  request: RunRequest,
  processContext: ProcessContext,
  { parts, plays, inventory, passwords }: Loaded,
  { mode, interrupts, emit }: OpenRun,
): Promise<number> {
  if (interrupts.code !== null) return interrupts.code
  const options = runOptions(request, mode, processContext, interrupts)
  const decisive = decisiveFiles(options.project, request.flags.inventory)
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
  let loading: Promise<Loaded | null> | null = null
  const shown = (as: RunMode): ReturnType<typeof shownRun> =>
    shownRun(as, request, processContext, async (run) => {
      loading ??= load(request, processContext, await parts(), run)
      const loaded = await loading
      return loaded === null ? 0 : perform(request, processContext, loaded, run)
    })
  if (!asksFirst(request)) return (await shown(request.mode)).exitCode
  // Two walks over the hosts: the apply reads them again, since they may have changed meanwhile.
  const { exitCode, summary } = await shown('plan')
  if (summary === null || exitCode > 2 || !isPending(summary)) return exitCode
  const refused = needsAnswer(request, summary) ? await refusal(processContext) : null
  return refused ?? (await shown('apply')).exitCode
}

/** Whether an apply would do anything, as far as the plan knows. */
const isPending = ({ hosts }: SummaryEvent): boolean =>
  Object.values(hosts).some(({ changed, unknown }) => changed + unknown > 0)

/** A plan that has failed somewhere may lack removals, so it is always asked about. */
const needsAnswer = (
  { flags }: RunRequest,
  { changes: { remove, final }, exitCode }: SummaryEvent,
): boolean => flags.ask !== 'removals' || remove > 0 || final > 0 || exitCode === 1

/**
 * Asks whether to apply what the plan shows.
 * @returns the exit code if not; null: apply
 */
async function refusal(processContext: ProcessContext): Promise<number | null> {
  const { stderr } = processContext
  const interrupts = new Interrupts('reading')
  const stopListening = interrupts.listen(processContext, () => undefined)
  try {
    const question = 'Apply this? The hosts are read again first. [y/N] '
    if (await confirm(question, processContext, interrupts.stop)) return null
    stderr.write('nothing was changed\n')
    return interrupts.code ?? 0
  } finally {
    stopListening()
  }
}

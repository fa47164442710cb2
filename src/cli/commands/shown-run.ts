import { omitUndefined } from '../../core/omit-undefined.js'
import type { Emit, Event, RunMode, SummaryEvent } from '../../engine/events.js'
import { recordView } from '../../records/run-record.js'
import { retryView } from '../../records/retry-file.js'
import { peopleView } from '../../views/people.js'
import { views } from '../../views/view.js'
import type { RunFlags } from '../input/flags.js'
import { Interrupts } from '../input/interrupts.js'
import { PromptInterrupted } from '../input/passwords.js'
import type { ProcessContext } from '../input/process-context.js'
import { errorEvent, exitCodeOf, openOutput } from '../output/output.js'

export interface RunRequest {
  readonly mode: RunMode
  readonly file: string
  readonly flags: RunFlags
  /**
   * The command line that runs it again for the hosts that are not done. Left out: none is shown.
   */
  readonly retryCommand?: string
}

/** What the work of a run is given. */
export interface OpenRun {
  readonly mode: RunMode
  readonly interrupts: Interrupts
  readonly emit: Emit
  /** Prints for people. */
  readonly print: (text: string) => void
}

export interface RunEnd {
  /** 0, 1, 2 (a plan with changes), 3 (nothing was contacted), or a signal's. */
  readonly exitCode: number
  /** Null where the run has not come to its end. */
  readonly summary: SummaryEvent | null
}

/** Shows and records one run, with its errors. A signal stops it. */
export async function shownRun(
  mode: RunMode,
  { flags, retryCommand }: RunRequest,
  processContext: ProcessContext,
  work: (run: OpenRun) => Promise<number>,
): Promise<RunEnd> {
  const { people, programs } = openOutput(processContext, flags)
  const interrupts = new Interrupts(mode === 'plan' ? 'reading' : 'changes')
  const seen = new Set<Event['type']>()
  const summaries: SummaryEvent[] = []
  const emit: Emit = (event) => {
    seen.add(event.type)
    if (event.type !== 'summary') return view.onEvent(event)
    summaries.push(event)
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
    const exitCode = await work({ mode, interrupts, emit, print })
    return { exitCode: interrupts.code ?? exitCode, summary: summaries[0] ?? null }
  } catch (error) {
    if (error instanceof PromptInterrupted) return { exitCode: 130, summary: null }
    emit(errorEvent(error, flags.verbose))
    const contacted = (['progress', 'resource', 'host'] as const).some((type) => seen.has(type))
    const exitCode = contacted ? 1 : exitCodeOf(error)
    return { exitCode: interrupts.code ?? exitCode, summary: null }
  } finally {
    await view.end()
    stopListening()
  }
}

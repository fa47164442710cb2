import { scrub } from '../../core/scrub/scrub.js'
import { errorJson, rounded } from '../../views/json.js'
import {
  printCounts,
  hasSucceeded,
  outputOf,
  streamView,
  printProblem,
  type CommandOutcome,
  type CommandView,
  type Screens,
} from './command-views.js'

/**
 * `--json`: a line for each host when its command has ended, and with `--stream` one for each line
 * of output.
 */
export function jsonLinesView(
  hosts: readonly string[],
  streams: boolean,
  { out, err }: Screens,
): CommandView {
  const tell = (line: object): void => out.write(`${JSON.stringify(line)}\n`)
  const begun = performance.now()
  const show = (host: string, text: string): void => tell({ type: 'line', host, text })
  const stream = streams ? streamView(hosts, { out, err }, show) : null
  return {
    live: stream?.live ?? null,
    onOutcome: (outcome) => {
      if (stream === null) printProblem(outcome, err)
      else stream.onOutcome(outcome)
      tell(commandLine(outcome))
    },
    end: (outcomes) => {
      printCounts(outcomes, err)
      tell({
        type: 'summary',
        hosts: Object.fromEntries(outcomes.map((outcome) => [outcome.host, statusOf(outcome)])),
        exitCode: outcomes.every(hasSucceeded) ? 0 : 1,
        seconds: rounded((performance.now() - begun) / 1000),
      })
    },
  }
}

function statusOf(outcome: CommandOutcome): string {
  if (hasSucceeded(outcome)) return 'ok'
  return outcome.status === 'ok' ? 'failed' : outcome.status
}

/** A host's line, as `docs/commands.md` documents it. */
function commandLine(outcome: CommandOutcome): object {
  const { host, seconds } = outcome
  const line = { type: 'command', host, status: statusOf(outcome) }
  if (outcome.status !== 'ok')
    return {
      ...line,
      exitStatus: null,
      stdout: '',
      stderr: '',
      error: errorJson(outcome.error),
      seconds: rounded(seconds),
    }
  return {
    ...line,
    exitStatus: outcome.value.code,
    stdout: scrub(outputOf(outcome)),
    stderr: scrub(outcome.value.stderr),
    error: null,
    seconds: rounded(seconds),
  }
}

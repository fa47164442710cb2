import { FettleError } from '../../core/errors.js'
import { lines, sh, type Sh } from '../../core/sh.js'
import type { Block } from '../../ssh/session.js'
import { commandWords } from '../../facts/commands/guard.js'
import { jsonLinesView } from '../output/command-json.js'
import {
  groupedView,
  hasSucceeded,
  plainView,
  streamView,
  type CommandView,
} from '../output/command-views.js'
import { onFleet, type SelectedHosts } from '../fleet.js'
import type { FleetFlags } from '../input/flags.js'
import { screensOf } from '../output/output.js'
import type { ProcessContext } from '../input/process-context.js'

/** The flags of `fettle run`. */
export interface ShellFlags extends FleetFlags {
  readonly stream?: boolean
  readonly stdin?: boolean
}

/**
 * Runs a command in the home of its user. SIGPIPE, which the session's shell ignores, is restored
 * for programs, so that a pipeline whose reader exits ends silently. `together` merges both
 * streams, so that lines keep their order.
 */
function script(words: readonly string[], together: boolean): Sh {
  const [text = ''] = words
  const command = words.length === 1 ? text : words
  return lines([
    sh`cd -- "$HOME" 2>/dev/null || :`,
    sh`set -- ${commandWords(command)}`,
    sh`env --default-signal=PIPE true 2>/dev/null && set -- env --default-signal=PIPE -- "$@"`,
    together ? sh`exec "$@" 2>&1` : sh`exec "$@"`,
  ])
}

async function standardInput({ stdin }: ProcessContext): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stdin)
    parts.push(typeof part === 'string' ? Buffer.from(part) : (part as Buffer))
  return Buffer.concat(parts)
}

function check(flags: ShellFlags, io: ProcessContext): void {
  // As in Ansible, hosts must be named: running a command on a whole inventory by accident is not
  // possible.
  if (flags.limit === undefined)
    throw new FettleError('usage', {
      message: 'fettle run: no hosts are named',
      remedy:
        'name them with -l: a host, a group or a pattern; -l all for every host of the inventory',
    })
  const asks = flags.askPass === true || flags.askBecomePass === true
  if (flags.stdin === true && io.stdin.isTTY !== true && asks) {
    throw new FettleError('usage', {
      message: '--stdin cannot be given together with -k or -K: both read standard input',
      remedy: 'give the password with --become-password-file or --connection-password-file',
    })
  }
}

/**
 * `fettle run`: one command on many hosts.
 * @param words one text for the shell, or a program and its arguments
 * @returns 0 when it ended with 0 on every host, 1 when it did not, or a host could not be reached;
 *   3 when nothing was contacted; a signal's code
 */
export async function shellCommand(
  words: readonly string[],
  flags: ShellFlags,
  io: ProcessContext,
): Promise<number> {
  check(flags, io)
  return onFleet(flags, io, { name: 'fettle run', doing: 'a command' }, async (fleet) => {
    const view = viewOf(fleet, flags, io)
    const { live } = view
    const input = flags.stdin === true ? { input: await standardInput(io) } : {}
    const block: Block = { script: script(words, live !== null), long: true, ...input }
    const blockFor = (host: string): typeof block =>
      live === null ? block : { ...block, live: (text) => live(host, text) }
    const outcomes = await fleet.each(
      async (session, { name }) => {
        const [output] = await session.exchange([blockFor(name)])
        if (output === undefined) throw new TypeError('one block has one answer')
        return output
      },
      (outcome) => view.onOutcome(outcome),
    )
    view.end(outcomes)
    return outcomes.every(hasSucceeded) ? 0 : 1
  })
}

/**
 * A single host is shown as if its command ran here: live on a terminal, and otherwise with its
 * streams separate.
 */
function viewOf(
  { hosts }: SelectedHosts,
  { json = false, stream = false, color }: ShellFlags,
  io: ProcessContext,
): CommandView {
  const names = hosts.map(({ name }) => name)
  const screens = screensOf(io, color)
  if (json) return jsonLinesView(names, stream, screens)
  if (stream || (names.length === 1 && io.stdout.isTTY === true)) return streamView(names, screens)
  return names.length === 1 ? plainView(screens) : groupedView(names, screens)
}

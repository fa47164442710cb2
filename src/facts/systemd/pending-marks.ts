import { blocked, type Blocked } from '../../core/change.js'
import { present, unknown, type Fact, type ShellFactKind } from '../../core/fact.js'
import {
  decodeMark,
  pendingDirectory,
  pendingPlaces,
  type RestartMark,
  type PendingPlaces,
} from '../../core/restart-marks.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import pendingMarksText from './pending-marks.sh.js'

/** A mark of a pending restart, as stored on the host. */
export interface PendingMark extends Omit<RestartMark, 'pending'> {
  /**
   * The unit's InvocationID at the time of the change; null if it did not run, or for a command.
   */
  readonly instance: string | null
}

/** The pending marks; `hidden` names the directory that this user may not read. */
export type PendingMarks = readonly PendingMark[] | { readonly hidden: string }

/** The marks that could be read. */
export const seenMarks = (marks: PendingMarks | null): readonly PendingMark[] =>
  marks === null || 'hidden' in marks ? [] : marks

/** Why marks could not be read; undefined where they could. */
export function hiddenMarks(marks: PendingMarks | null): Blocked | undefined {
  if (marks === null || !('hidden' in marks)) return undefined
  return blocked(
    `the pending restarts could not be read: only root may read ${marks.hidden}`,
    'give the play become: true',
    { lacks: [] },
  )
}

function parseLine(line: string): readonly [key: number, mark: PendingMark] | null {
  const [key, effect, instance, word] = line.split(' ')
  const trigger = decodeMark(word ?? '')
  if (key === undefined || instance === undefined || trigger === null) return null
  if (effect !== 'restart' && effect !== 'reload' && effect !== 'run') return null
  const isInstance = /^[0-9a-f]{32}$/.test(instance)
  return [Number(key), { effect, trigger, instance: isInstance ? instance : null }]
}

/** The pending marks of a service or a command, by its name in the directory of marks. */
export const marksFactIn = (places: PendingPlaces): ShellFactKind<string, PendingMarks> => ({
  name: 'marks',
  asSession: true,
  script: (names) => ({
    script: lines([
      sh`${shellFunctions(pendingMarksText)}fettle_hidden_marks /var/lib/fettle ${places.marks}`,
      ...names.map((name, index) => sh`fettle_marks ${index} ${pendingDirectory(name, places)}`),
    ]),
  }),
  parse(output, names): readonly Fact<PendingMarks>[] {
    const { code, stdout } = output
    if (code !== 0)
      return allUnknown(
        names,
        'the pending restarts could not be read',
        output,
        'give the play become: true',
      )
    const [, hidden] = /^hidden (.+)\n$/.exec(stdout.toString()) ?? []
    if (hidden !== undefined) return names.map(() => present({ hidden }))
    const marks = stdout
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map(parseLine)
    if (marks.includes(null))
      return names.map(() =>
        unknown(
          `a mark in ${places.marks} could not be understood`,
          `look at its files; an empty or damaged one can be removed, and the service restarted by hand`,
        ),
      )
    return names.map((_, index) =>
      present(marks.flatMap((found) => (found?.[0] === index ? [found[1]] : []))),
    )
  },
  recorded: {
    keys: ['app.service', 'other.service'],
    stdout: '0 restart 5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e file[%2Fetc%2Fapp.conf]\n',
    facts: [
      present([
        {
          effect: 'restart',
          instance: '5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e',
          trigger: 'file[/etc/app.conf]',
        },
      ]),
      present([]),
    ],
  },
})

export const marksFact = marksFactIn(pendingPlaces)

import { request } from '../../core/later.js'
import { inputLength } from '../../core/sh.js'
import { trial, type Trial, type Verdict } from '../../core/trial.js'
import {
  isRefused,
  mostTried,
  validationFact,
  type Validated,
} from '../../facts/files/validation.js'
import { directory, mode } from './unit-place.js'
import { by, verifying } from './unit-verify.js'

/** What systemd's words mean for a new unit. */
function verdict(path: string, { presentStatus, words }: Validated): Verdict {
  // The copy that it has verified lies in a folder of its own.
  const detail = words.replaceAll(/\/[^ ]*\/tmp\.[^/ ]+\//g, `${directory}/`).trimEnd()
  if ((presentStatus ?? 0) !== 0)
    return {
      refused: `${by} refused the new ${path}, and the present one as well`,
      remedy: 'correct its content, or what is named of other files',
      detail,
    }
  return { refused: `${by} refused the new ${path}`, remedy: 'correct its content', detail }
}

/**
 * Find out whether systemd would take a unit. What it says of a line of the file, as in
 * `app.service:3: Unknown key`, nothing else can mend. Anything else may follow from a drop-in or
 * another unit, which an earlier change may bring.
 */
export function unitTrials(
  name: string,
  path: string,
  content: string | Uint8Array,
): readonly Trial[] {
  if (inputLength(content) > mostTried) return []
  const wanted = request(validationFact, { path, line: verifying(name), content, mode })
  const judge =
    (ofLines: boolean) =>
    (found: Validated | null): Verdict => {
      if (!isRefused(found)) return null
      const isOfLine = found.words.includes(`/${name}:`)
      return isOfLine === ofLines ? verdict(path, found) : null
    }
  return [
    trial(wanted, judge(true), { needs: [] }),
    trial(wanted, judge(false), { needs: [`unit:${name}`], whenUnsure: 'warn' }),
  ]
}

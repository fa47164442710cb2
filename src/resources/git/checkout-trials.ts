import { split } from '../../core/enter.js'
import { request } from '../../core/later.js'
import { trial, type Trial } from '../../core/trial.js'
import { missingParentFact } from '../../facts/files/missing-parent.js'
import { blockedBy } from '../files/file-changes.js'

/** Whether the file of the lock can be made. */
export function lockTrials(lock: string | undefined): readonly Trial[] {
  if (lock === undefined) return []
  return [
    trial(
      request(missingParentFact, lock),
      (missing) => {
        if (missing === null) return null
        const { blocked, remedy } = blockedBy(missing, lock)
        return { refused: `${blocked}, and the lock ${lock} is to lie there`, remedy }
      },
      { needs: [`path:${split(lock).directory}`] },
    ),
  ]
}

import type { Change } from '../../core/change.js'

/** A way back starts from what hosts have kept, and hosts have nothing to say on GitHub. */
export const notTakenBack: Pick<Change, 'undo' | 'final'> = {
  undo: [],
  final: 'nothing is taken back on GitHub',
}

import { FettleError } from '../../core/errors.js'
import { listed } from '../../core/listed.js'
import { showPlace, type SourcePlace } from '../inventory.js'
import { isFitName } from './names.js'

/** Why hosts cannot be used. */
export interface HostProblem {
  /** What is wrong about the host: a variable, or `the name`. */
  readonly subject: string
  readonly sentence: string
  readonly place: SourcePlace | null
  /** What to do about it. */
  readonly remedy: string
  /** The hosts that have the problem. */
  readonly hosts: string[]
}

/** A host that cannot be used as the inventory describes it. */
export class UnfitHost extends FettleError {
  readonly problem: HostProblem

  constructor(found: Omit<HostProblem, 'hosts'>, host: string) {
    const problem = { ...found, hosts: [host] }
    super('inventory-invalid', {
      address: whereOf(problem),
      message: sentenceOf(problem),
      remedy: remedyFor([problem]),
    })
    this.problem = problem
  }
}

const whereOf = ({ place, hosts }: HostProblem): string =>
  place === null ? listed(hosts) : showPlace(place)

export const sentenceOf = (problem: HostProblem): string =>
  `${whereOf(problem)}: ${problem.subject} of ${listed(problem.hosts)} ${problem.sentence}`

export function remedyFor(problems: readonly HostProblem[]): string {
  const [first = '', ...others] = new Set(problems.flatMap(({ hosts }) => hosts))
  const remedies = [...new Set(problems.map(({ remedy }) => remedy))].join('; ')
  const isOne = others.length === 0 && isFitName(first)
  const out = isOne ? `the host out: -l 'all:!${first}'` : 'these hosts out with -l'
  return `${remedies}, or leave ${out}`
}

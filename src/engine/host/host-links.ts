import type { FactKind } from '../../core/fact.js'
import { request, type FactRequest } from '../../core/later.js'
import { linkFact, missingParentFact, parentsOf } from '../../facts/files/missing-parent.js'
import type { Step } from '../prepare/build.js'
import type { KnownFacts, SharedFacts } from './known-facts.js'
import { Links } from './links.js'
import { requestsOf } from './requests.js'

/** Asks of each directory above the paths of a step whether it is a symbolic link. */
export const linkRequests = (step: Step, shared: SharedFacts): readonly FactRequest<string>[] =>
  directoriesAbove(step, shared).map((directory) => request(linkFact, { directory }))

/** The symbolic links above the paths of these steps. */
export function linksOf(steps: readonly Step[], facts: KnownFacts): Links {
  const links = new Links()
  for (const step of steps)
    for (const directory of directoriesAbove(step, facts.shared)) {
      const fact = facts.source(step).fact(request(linkFact, { directory }))
      if (fact.is === 'present') links.add(directory, fact.value)
    }
  return links
}

const looksAbove: FactKind<never, unknown> = missingParentFact

/** The directories that are looked at for a step anyway, the outermost first. */
const directoriesAbove = ({ resource }: Step, shared: SharedFacts): readonly string[] => [
  ...new Set(
    requestsOf(resource)
      .filter(({ kind }) => kind === looksAbove)
      .flatMap((wanted) => parentsOf(shared.key(wanted) as string)),
  ),
]

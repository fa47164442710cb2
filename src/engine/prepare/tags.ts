import type { Task } from '../../core/play.js'
import type { RunOptions } from '../options.js'

/** The tags of a task: its own, and its name. */
export const tagsOf = (task: Task<unknown>): readonly string[] => [
  task.name,
  ...(task.options.tags ?? []),
]

/** Tags with a special meaning. */
export const specialTags: readonly string[] = ['all', 'tagged', 'untagged', 'always', 'never']

/**
 * Whether `--tags` and `--skip-tags` select something with these tags. `always`, `never`, `all`,
 * `tagged` and `untagged` mean what they mean in Ansible.
 * @param named whether it has tags besides its task's name
 */
export function chosenByTags(
  own: readonly string[],
  named: boolean,
  { tags, skipTags }: Pick<RunOptions, 'tags' | 'skipTags'>,
): boolean {
  const always = own.includes('always')
  const never = own.includes('never')
  const has = (wanted: string): boolean => own.includes(wanted) || (wanted === 'untagged' && !named)
  const tagged = (wanted: string): boolean => wanted === 'tagged' && named
  if (skipTags.includes('all')) {
    if (!always || skipTags.includes('always')) return false
  } else if (skipTags.some((tag) => has(tag) || tagged(tag))) return false
  if (always) return true
  if (tags.length === 0) return !never
  return tags.some((tag) => has(tag) || (!never && (tag === 'all' || tagged(tag))))
}

import { change, type Action, type Change, type Effect } from '../../core/change.js'
import { request } from '../../core/later.js'
import { trial, type Trial } from '../../core/trial.js'
import { neededPermission } from '../../facts/github/api.js'
import { repositoryFact } from '../../facts/github/repository.js'

/** A part of a repository's settings, as GitHub's routes name it. */
type Settings = 'hooks' | 'keys'

/**
 * A change of a repository's settings on GitHub. A way back starts from what hosts have kept, and
 * hosts have nothing to say on GitHub.
 */
export const githubChange = (
  repo: string,
  settings: Settings,
  summary: string,
  actions: readonly Action[],
  effect: Effect = 'change',
): Change =>
  change(summary, actions, {
    effect,
    undo: [],
    final: 'nothing is taken back on GitHub',
    trials: [takesChanges(repo, settings)],
  })

/**
 * Whether the settings may be changed, as far as GitHub tells: what a token may do of that which
 * its user may, is known when it is used.
 */
const takesChanges = (repo: string, settings: Settings): Trial =>
  trial(
    request(repositoryFact, { repo }),
    (found) => {
      if (found?.isArchived === true)
        return {
          refused: `${repo} is archived on GitHub, and nothing in it can be changed`,
          remedy: `unarchive it at https://github.com/${repo}/settings, or leave this out`,
        }
      if (found?.isAdmin === false)
        return {
          refused: `the user of GITHUB_TOKEN is no admin of ${repo}`,
          remedy: `give the user the role Admin there, or put an admin's token into GITHUB_TOKEN, with ${neededPermission(`POST /${settings}`)}`,
        }
      return null
    },
    { needs: [] },
  )

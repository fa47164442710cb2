import {
  startGithub as start,
  type GithubStandIn,
  type GithubStandInOptions,
} from '../../src/demo/github/stand-in.js'
import { repositoryEvents, wrongAnswer, wrongRequest } from './openapi.js'

export type { GithubStandIn }

/**
 * The stand-in for GitHub, strict: it validates every request and its own answers by GitHub's
 * published description.
 */
export const startGithub = (
  options: Omit<GithubStandInOptions, 'description'>,
): Promise<GithubStandIn> =>
  start({ ...options, description: { repositoryEvents, wrongAnswer, wrongRequest } })

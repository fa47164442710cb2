import {
  startGithub as start,
  type GithubStandIn,
  type GithubStandInOptions,
} from '../../src/demo/github/stand-in.js'
import { repositoryEvents, wrongAnswer, wrongRequest } from './openapi.js'

export type { GithubStandIn }

/**
 * The stand-in for GitHub, strict: it holds every request and its own answers to GitHub's published
 * description.
 */
export const startGithub = (
  options: Omit<GithubStandInOptions, 'description'>,
): Promise<GithubStandIn> =>
  start({ ...options, description: { repositoryEvents, wrongAnswer, wrongRequest } })

import { declared, type BackendAction } from '../../core/backend.js'
import type { Action } from '../../core/change.js'

/** Reads GitHub's API. An answer of 404 is `null`. */
export interface GithubReader {
  /** All pages of a list. */
  list(
    route: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<readonly unknown[] | null>
  get(route: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown>
}

/** One request that changes something. */
export interface GithubRequest {
  /** `POST /repos/{owner}/{repo}/hooks` */
  readonly route: string
  readonly parameters: Readonly<Record<string, unknown>>
  /**
   * Actions that follow from the answer, such as writing a mark under the id that GitHub returned.
   */
  readonly then?: (answer: unknown) => readonly Action[]
}

/** Pings a hook and waits for a delivery that was answered with 2xx; fails otherwise. */
export interface GithubProof {
  readonly repo: string
  readonly hook: number
  /** Seconds to wait for the delivery. */
  readonly within: number
}

export type GithubAction = BackendAction<GithubRequest>
export type GithubProofAction = BackendAction<GithubProof>

/** Reads GitHub's API and performs actions. */
export interface GithubClient extends GithubReader {
  /**
   * Performs one action and returns GitHub's answer: null for a proof and for a deletion.
   * @throws FettleError `github-failed`, or `check-failed` when a ping was not answered with 2xx
   */
  perform(work: GithubRequest | GithubProof): Promise<unknown>
}

/** GitHub's API, from the control machine. */
export const github = declared<GithubClient, GithubRequest | GithubProof>({
  name: 'github',
  scope: 'run',
  describe: (work) =>
    'route' in work ? work.route : `prove hook ${String(work.hook)} of ${work.repo}`,
})

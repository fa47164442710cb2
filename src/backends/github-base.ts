import { FettleError } from '../core/errors.js'

/**
 * The base URL of GitHub's API.
 * @throws FettleError `github-failed` for one to which a token must not be sent
 */
export function checkedBase(given: string): URL {
  const base = URL.canParse(given) ? new URL(given) : null
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new FettleError('github-failed', {
      message: `GITHUB_API_URL is not a URL: ${given}`,
      remedy: 'use https://api.github.com, or https://HOST/api/v3 of a GitHub Enterprise Server',
    })
  if (base.username !== '' || base.password !== '')
    throw new FettleError('github-failed', {
      message: 'GITHUB_API_URL holds a user name or a password',
      remedy: "leave it out there: the token is GITHUB_TOKEN's",
    })
  if (base.protocol === 'http:' && !isLoopback(base))
    throw new FettleError('github-failed', {
      message: `GITHUB_API_URL is ${base.origin}, where the token could be read on the way`,
      remedy: 'use https; plain http is for loopback only',
    })
  return base
}

export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

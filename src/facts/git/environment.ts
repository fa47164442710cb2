import { sh } from '../../core/sh.js'

/**
 * The protocols that git may use. `ext::` would run commands, even from a submodule's URL or
 * `insteadOf`.
 */
export type Protocol = 'https' | 'ssh' | 'file'

/** The protocol of a repository's URL; null where git may not be given the URL. */
export function protocolOf(repo: string): Protocol | null {
  if (/^https:\/\/[^\s/]/.test(repo)) return 'https'
  if (
    /^ssh:\/\/[^\s/-]/.test(repo) ||
    /^[A-Za-z0-9_.][A-Za-z0-9_.-]*@(?:[A-Za-z0-9_.][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\]):[^\s:-]\S*$/.test(
      repo,
    )
  )
    return 'ssh'
  return /^(?:file:\/\/)?\/[^\s]*$/.test(repo) ? 'file' : null
}

/** Settings that override the repository's: no hooks run, and no process outlives the command. */
const settings: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.quotePath', 'false'],
  ['submodule.recurse', 'false'],
  ['gc.autoDetach', 'false'],
  ['maintenance.autoDetach', 'false'],
  ['advice.detachedHead', 'false'],
]

/** Variables for git commands that work in the checkout at `path` only, and in none above it. */
export const localEnvironment = (path: string): readonly string[] => [
  `GIT_CEILING_DIRECTORIES=${path.slice(0, path.lastIndexOf('/')) || '/'}`,
  'GIT_OPTIONAL_LOCKS=0',
  `GIT_CONFIG_COUNT=${String(settings.length)}`,
  ...settings.flatMap(([name, value], index) => [
    `GIT_CONFIG_KEY_${String(index)}=${name}`,
    `GIT_CONFIG_VALUE_${String(index)}=${value}`,
  ]),
]

const sshOptions = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'UpdateHostKeys=no',
  'ConnectTimeout=15',
  'ServerAliveInterval=15',
  'ServerAliveCountMax=4',
]

/**
 * Variables for git commands that access a repository: no prompts, only known host keys, and time
 * limits.
 */
export function remoteEnvironment(repo: string, key: string | undefined): readonly string[] {
  const protocol = protocolOf(repo)
  const identity = key === undefined ? [] : ['-i', key, '-o', 'IdentitiesOnly=yes']
  const ssh = ['ssh', ...identity, ...sshOptions.flatMap((option) => ['-o', option])]
  return [
    `GIT_SSH_COMMAND=${sh`${ssh}`.text}`,
    'GIT_TERMINAL_PROMPT=0',
    'GIT_HTTP_LOW_SPEED_LIMIT=1',
    'GIT_HTTP_LOW_SPEED_TIME=60',
    `GIT_ALLOW_PROTOCOL=${protocol === 'file' ? 'file' : 'https:ssh'}`,
  ]
}

import { execFile, type ExecFileException } from 'node:child_process'
import { FettleError } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { ConfigGroups } from './config-groups.js'
import { Semaphores } from '../../core/semaphores.js'
import { environmentFor, refuseSecrets } from '../link/local-programs.js'

/** Limits concurrent `ssh -G` processes, however many hosts there are. */
const processLimit = new Semaphores(8)
const answers = new Map<string, Promise<string | null>>()
const firstAnswers = new Map<
  string,
  Promise<{ readonly host: string; readonly answer: string | null }>
>()
const groups = new Map<string | undefined, Promise<ConfigGroups | null>>()

/** The query for one `ssh -G`. */
export interface SshConfigQuery {
  /** The host's name in the inventory, for messages. */
  readonly name: string
  readonly host: string
  /** The arguments before the host. */
  readonly options: readonly string[]
  /**
   * ssh's `-F`, as given by `--ssh-config`. Null: the options have their own `-F` or `-o`, so this
   * host is queried individually.
   */
  readonly sshConfig: string | undefined | null
}

/**
 * Returns the output of `ssh -G`; null where there is no ssh. Hosts whose answer must be the same
 * (`ConfigGroups`) share one query.
 */
export async function askSsh(question: SshConfigQuery): Promise<string | null> {
  const { host, options, sshConfig } = question
  if (sshConfig === null) return ask(question)
  const patterns = await memoised(groups, sshConfig, () => ConfigGroups.of(sshConfig))
  const group = patterns?.groupOf(host) ?? null
  if (group === null) return ask(question)
  const asked = memoised(firstAnswers, JSON.stringify([options, group]), async () => {
    const answer = await ask(question)
    return { host, answer }
  })
  // A failed shared query is repeated for each host, so that ssh's error names that host.
  const first = await asked.catch(() => null)
  if (first === null) return ask(question)
  const { answer } = first
  if (answer === null || first.host === host) return answer
  return answer.replace(/^(host|hostname) .*$/gm, `$1 ${host}`)
}

const ask = (question: SshConfigQuery): Promise<string | null> =>
  memoised(answers, JSON.stringify([question.options, question.host]), () => sshG(question))

function memoised<K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

async function sshG(question: SshConfigQuery): Promise<string | null> {
  const { name, options } = question
  refuseSecrets(`${name}: what ssh is given (ansible_ssh_common_args)`, options)
  const release = await processLimit.acquire('ssh -G')
  try {
    return await run(question)
  } finally {
    release()
  }
}

function run({ name, host, options }: SshConfigQuery): Promise<string | null> {
  const words = ['-G', ...options, '--', host]
  const settings = { timeout: 10_000, ...environmentFor('ssh') }
  return new Promise((resolve, reject) => {
    const child = execFile('ssh', words, settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else if (error.code === ('ENOENT' as unknown)) resolve(null)
      else reject(failure(name, error, stderr))
    })
    child.stdin?.end()
  })
}

function failure(name: string, error: ExecFileException, stderr: string): FettleError {
  const end = error.killed === true ? 'no answer within 10 s' : `status ${String(error.code)}`
  return new FettleError('ssh-config-invalid', {
    message: `${name}: ssh -G ended with ${end}`,
    detail: stderr.trim(),
    cause: error,
    ...omitUndefined({ remedy: remedyFor(stderr) }),
  })
}

/**
 * UTF-8 and UTF-16 byte order marks as ssh prints them: it does not know them and escapes their
 * bytes.
 */
const mark = /\\357\\273\\277|\\377\\376|\\376\\377/

function remedyFor(said: string): string | undefined {
  if (!mark.test(said)) return undefined
  return 'the file begins with a byte order mark of UTF-8 or UTF-16, which OpenSSH does not read: save it as UTF-8 without one'
}

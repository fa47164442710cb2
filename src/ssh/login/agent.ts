import { createConnection } from 'node:net'
import ssh2, {
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'
import { keyType } from './known-hosts.js'

/** A key that an agent holds. */
export interface AgentKey {
  readonly type: string
  readonly blob: Buffer
  readonly comment: string
}

const limitSeconds = 5
/** The limit that OpenSSH has, too. */
const maxAnswerBytes = 256 * 1024

/**
 * Lists all keys of an agent (draft-ietf-sshm-ssh-agent, section 3.5). The list is parsed here
 * because ssh2 silently drops keys that it cannot use, and the user of a hardware key must learn
 * why it was not tried.
 */
export function agentKeys(socket: string): Promise<readonly AgentKey[]> {
  const answer =
    pendingQueries.get(socket) ?? ask(socket).finally(() => pendingQueries.delete(socket))
  pendingQueries.set(socket, answer)
  return answer
}

/** Queries under way, by socket: hosts that connect at the same time share one. */
const pendingQueries = new Map<string, Promise<readonly AgentKey[]>>()

function ask(socket: string): Promise<readonly AgentKey[]> {
  return new Promise((resolve, reject) => {
    const stream = createConnection({ path: socket, timeout: limitSeconds * 1000 })
    let answer: Buffer = Buffer.alloc(0)
    const fail = (why: string): void => {
      stream.destroy()
      reject(new Error(why))
    }
    stream.on('error', (error) => fail(error.message))
    stream.on('timeout', () => fail(`no answer within ${limitSeconds} s`))
    stream.on('close', () => fail('it hung up'))
    stream.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk])
      if (answer.length > maxAnswerBytes) return fail('its answer is too long')
      if (answer.length < 4 || answer.length < 4 + answer.readUInt32BE(0)) return
      try {
        resolve(identities(answer.subarray(4)))
      } catch {
        fail('its answer cannot be understood')
      }
      stream.destroy()
    })
    stream.write(Buffer.from([0, 0, 0, 1, 11]))
  })
}

function identities(answer: Buffer): readonly AgentKey[] {
  if (answer[0] !== 12) throw new Error('not SSH_AGENT_IDENTITIES_ANSWER')
  let at = 5
  const field = (): Buffer => {
    const length = answer.readUInt32BE(at)
    at += 4 + length
    return answer.subarray(at - length, at)
  }
  return Array.from({ length: answer.readUInt32BE(1) }, () => {
    const blob = field()
    return { type: keyType(blob), blob, comment: field().toString() }
  })
}

/**
 * The key in ssh2's form; null where ssh2 does not support it. Of certificates ssh2 parses the form
 * but cannot use them.
 */
export function parsedKey({ type, blob }: AgentKey): ParsedKey | null {
  if (type.includes('-cert-v')) return null
  const parsed = ssh2.utils.parseKey(`${type} ${blob.toString('base64')}`)
  return parsed instanceof Error ? null : parsed
}

/** An agent reduced to one key, so that each login attempt can name what it tries. */
export class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: InstanceType<typeof ssh2.OpenSSHAgent>

  constructor(
    socket: string,
    private readonly key: ParsedKey,
  ) {
    super()
    this.#agent = new ssh2.OpenSSHAgent(socket)
  }

  getIdentities(answer: IdentityCallback<ParsedKey>): void {
    answer(undefined, [this.key])
  }

  sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    answer?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options)
    else this.#agent.sign(key, data, options, answer)
  }
}

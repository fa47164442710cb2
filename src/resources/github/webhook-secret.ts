import { createHmac, randomBytes } from 'node:crypto'
import type { ShellAction } from '../../core/change.js'
import { reveal, type Secret } from '../../core/secret.js'
import { sh } from '../../core/sh.js'
import { marksDirectory, markText, type WebhookMark } from '../../facts/github/mark.js'
import type { Delivery, Hook } from '../../facts/github/api.js'

/** Why GitHub may not have the desired secret; null when it has. */
export function doubt(
  secret: Secret,
  hook: Hook,
  marks: readonly WebhookMark[],
  delivery: Delivery | null,
): string | null {
  if (!hook.hasSecret) return 'secret none → set'
  const fits = delivery?.hook === hook.id ? signatureFits(secret, hook, delivery) : null
  if (fits !== null)
    return fits ? null : 'secret changed: the newest delivery is signed with another'
  const mark = marks.find((one) => one.hook === hook.id)
  if (mark === undefined) return 'secret is not known to be set'
  return hmac(mark.salt, secret) === mark.hmac ? null : 'secret changed'
}

const hmac = (salt: string, secret: Secret): string =>
  createHmac('sha256', Buffer.from(salt, 'hex')).update(reveal(secret)).digest('hex')

/** Whether a delivery was signed with this secret; null where that cannot be determined. */
function signatureFits(
  secret: Secret,
  hook: Hook,
  { deliveredAt, signature, body }: Delivery,
): boolean | null {
  // Both times are GitHub's and have whole seconds: a delivery in the second of the change may have
  // been signed before it.
  const isLater = Date.parse(deliveredAt) > Date.parse(hook.updatedAt)
  if (!isLater || body === null || hook.contentType !== 'json') return null
  if (signature === null) return false
  // GitHub writes control characters as \u001B, JSON.stringify as \u001b.
  const asGithub = body.replace(/(?<!\\)((?:\\\\)*)\\u[0-9a-f]{4}/g, (escape) =>
    escape.toUpperCase().replace('\\U', '\\u'),
  )
  const signed = (text: string): string =>
    `sha256=${createHmac('sha256', reveal(secret)).update(text).digest('hex')}`
  if (signature === signed(body) || signature === signed(asGithub)) return true
  const writtenAlikeByAll = /^[ -~]*$/.test(body) && !/[<>&]|\\u/.test(body)
  return writtenAlikeByAll ? false : null
}

/** Writes a mark on the host: GitHub has this secret. */
export function marked(hook: number, secret: Secret): ShellAction {
  const salt = randomBytes(16).toString('hex')
  return {
    what: `writing ${marksDirectory}/${String(hook)}`,
    script: sh`umask 077 && mkdir -p ${marksDirectory} && cd ${marksDirectory} && new=$(mktemp ./.mark.XXXXXX) && if cat >"$new" && sync "$new" && mv -f -- "$new" ${String(hook)}; then :; else rm -f -- "$new"; false; fi`,
    input: markText({ salt, hmac: hmac(salt, secret) }),
  }
}

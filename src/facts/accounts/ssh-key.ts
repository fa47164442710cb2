import { absent, present, unknown, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { firstLines, readContents, showContents } from '../files/contents.js'
import { failureOf } from '../failure.js'
import sshKeyText from './ssh-key.sh.js'

/** An SSH key pair on the host. Only its public half is read. */
export interface SshKeyEntry {
  /** `type base64 comment` */
  readonly publicKey: string
  /** Whether the public key has a file. If not, it was derived from the private key. */
  readonly hasPublicFile: boolean
}

export const publicKeyPattern =
  /^(?:ssh-|ecdsa-|sk-)[A-Za-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}(?: [^\r\n]*)?$/

/** A longer file cannot be a public key. */
const longest = 16_384

/** The key pair at a path. Without `PATH.pub` the public key is derived. */
export const sshKeyFact = shellFact<string, SshKeyEntry>({
  name: 'ssh-key',
  asSession: true,
  script: (paths) => ({
    script: lines([
      sh`${shellFunctions(sshKeyText)}set --`,
      ...paths.map((path) => sh`fettle_public_key ${path} && set -- "$@" ${`${path}.pub`}`),
      showContents(longest),
    ]),
  }),
  parse({ code, stdout, stderr }, paths) {
    const answer = firstLines(stdout, paths.length)
    const kept = answer?.lines.filter((word) => word === 'file').length ?? 0
    const contents = answer === null ? null : readContents(answer.rest, kept, longest)
    const understood =
      code === 0 &&
      contents !== null &&
      answer?.lines.every((word) => /^(?:absent|none|file|made [A-Za-z0-9+/=]*)$/.test(word)) ===
        true
    if (!understood)
      return paths.map((path) =>
        unknown(
          `the key ${path} could not be read: ${failureOf({ code, stderr })}`,
          'see what the shell says on the host',
        ),
      )
    const files = [...contents]
    return paths.map((path, index) => {
      const [word, made = ''] = answer.lines[index]?.split(' ') ?? []
      if (word === 'absent') return absent
      if (word === 'none')
        return unknown(`${path} is no file`, 'remove what is there, or choose another path', {
          lacks: [`path:${path}`],
        })
      const publicKey = (word === 'file' ? (files.shift() ?? '') : Buffer.from(made, 'base64'))
        .toString()
        .trim()
      if (publicKeyPattern.test(publicKey))
        return present({ publicKey, hasPublicFile: word === 'file' })
      const said = stderr.trim() === '' ? '' : `: ${stderr.trim()}`
      if (word === 'file')
        return unknown(
          `${path}.pub holds no public key${said}`,
          `remove ${path}.pub to have it derived again`,
          { lacks: [`path:${path}.pub`] },
        )
      // ssh-keygen may be missing, or the key have a passphrase: that does not mean that the key is
      // useless.
      return unknown(
        `no public key can be derived from ${path}${said}`,
        `put its public half into ${path}.pub, or move the file away to have a new key made`,
        { lacks: [[`path:${path}`, `path:${path}.pub`, 'program:ssh-keygen']] },
      )
    })
  },
  recorded: {
    keys: ['/srv/app/both', '/srv/app/private', '/srv/none'],
    stdout: [
      'file',
      'made c3NoLWVkMjU1MTkgQUFBQUMzTnphQzFsWkRJMU5URTVBQUFBSUxQTFEydVplK1pQbkRidHBQQkdQT21LK1Zjd0RsNWZ4dU9QaElpL1g1a0MgZmV0dGxlCg==',
      'absent',
      '88',
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPc6TZ37xMEWT/CTeDTJD4qvcsY7LKj4Puh7QJlttN7o fettle',
      '',
    ].join('\n'),
    facts: [
      present({
        publicKey:
          'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPc6TZ37xMEWT/CTeDTJD4qvcsY7LKj4Puh7QJlttN7o fettle',
        hasPublicFile: true,
      }),
      present({
        publicKey:
          'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILPLQ2uZe+ZPnDbtpPBGPOmK+VcwDl5fxuOPhIi/X5kC fettle',
        hasPublicFile: false,
      }),
      absent,
    ],
  },
})

import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { must } from '../../src/lab/command.js'

/** A certificate authority that only a test trusts. */
export interface Authority {
  /** PEM, and the file that contains it. */
  readonly certificate: string
  readonly file: string
  issue(...names: readonly string[]): Promise<Issued>
}

export interface Issued {
  /** PEM. */
  readonly certificate: string
  readonly key: string
  /** In hex, as Node shows it. */
  readonly serial: string
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const

/** Creates an authority in a new folder below `folder`. */
export async function makeAuthority(folder: string): Promise<Authority> {
  const place = await mkdtemp(join(folder, 'authority-'))
  const at = (name: string): string => join(place, name)
  await must([
    'openssl',
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=Authority of a test',
  ])
  let issued = 0
  return {
    certificate: await readFile(at('ca.pem'), 'utf8'),
    file: at('ca.pem'),
    async issue(...names) {
      const one = at(String(issued++))
      await writeFile(
        `${one}.ext`,
        `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\nextendedKeyUsage=serverAuth\n`,
      )
      await must([
        'openssl',
        'req',
        '-new',
        ...newKey,
        '-keyout',
        `${one}.key`,
        '-out',
        `${one}.csr`,
        '-subj',
        `/CN=${names[0] ?? ''}`,
      ])
      await must([
        'openssl',
        'x509',
        '-req',
        '-in',
        `${one}.csr`,
        '-CA',
        at('ca.pem'),
        '-CAkey',
        at('ca.key'),
        '-CAcreateserial',
        '-days',
        '1',
        '-extfile',
        `${one}.ext`,
        '-out',
        `${one}.pem`,
      ])
      const serial = await must(['openssl', 'x509', '-in', `${one}.pem`, '-noout', '-serial'])
      return {
        certificate: await readFile(`${one}.pem`, 'utf8'),
        key: await readFile(`${one}.key`, 'utf8'),
        serial: serial.trim().replace('serial=', ''),
      }
    },
  }
}

import { createHash } from 'node:crypto'

const sha1 = (bytes: string | Buffer): Buffer => createHash('sha1').update(bytes).digest()

/**
 * What `mysql_native_password` keeps of a password, without the star before it:
 * SHA1(SHA1(password)), in capitals.
 */
export const mysqlHash = (password: string): string =>
  sha1(sha1(password)).toString('hex').toUpperCase()

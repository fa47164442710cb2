import { createHash } from 'node:crypto'

const sha1 = (bytes: string | Buffer): Buffer => createHash('sha1').update(bytes).digest()

/**
 * The hash that `mysql_native_password` stores, without its leading star: SHA1(SHA1(password)) in
 * capitals.
 */
export const mysqlHash = (password: string): string =>
  sha1(sha1(password)).toString('hex').toUpperCase()

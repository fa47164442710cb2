import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Makes `key` and `cert` for localhost in a folder, signed by nobody else, for two days. */
export function makeCertificate(folder: string): void {
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  words.push('-nodes', '-days', '2', '-subj', '/CN=localhost')
  words.push('-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1')
  words.push('-keyout', join(folder, 'key'), '-out', join(folder, 'cert'))
  execFileSync('openssl', words, { stdio: 'ignore' })
}

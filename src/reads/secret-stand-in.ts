import { Secret } from '../core/secret.js'

/** Replaces a secret that is read where templates are rendered before anything connects. */
export const secretStandIn = new Secret('5ec2e7'.repeat(10) + 'beef')

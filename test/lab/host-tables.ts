import { afterAll, beforeAll, describe, test } from '@jest/globals'
import type { ImageName } from '../../src/lab/image-name.js'
import { hostTests } from '../../src/testing/host-tests.js'
import { labHost } from '../../src/testing/lab-host.js'
import { hostTables } from '../resources/host-tables.js'
import { slow } from './host.js'

/** Tries all tables of one image on one host. */
export function tryTables(wanted: ImageName): void {
  const host = labHost({ image: wanted })
  beforeAll(() => host.boot(), slow)
  afterAll(() => host.close(), slow)
  for (const { type, image, hostCases } of hostTables) {
    if (image !== wanted) continue
    describe(type, () => {
      for (const { name, run } of hostTests(hostCases, host)) test(name, run, slow)
    })
  }
}

import { createJiti } from 'jiti'

/** Runs after the last lab test: takes down the labs of workers that died before doing so. */
export default async function tearDown(): Promise<void> {
  const { clearLeftovers } = await createJiti(__filename).import<{
    clearLeftovers: () => Promise<unknown>
  }>('../../src/lab/take-down.ts')
  await clearLeftovers()
}

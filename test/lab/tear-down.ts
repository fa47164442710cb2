import { createJiti } from 'jiti'

/** After the last lab test: takes down the labs of workers that have died without doing so. */
export default async function tearDown(): Promise<void> {
  const { clearLeftovers } = await createJiti(__filename).import<{
    clearLeftovers: () => Promise<unknown>
  }>('../../src/lab/take-down.ts')
  await clearLeftovers()
}

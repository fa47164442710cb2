import { createJiti } from 'jiti'

/**
 * Before the first lab test: clears what killed runs left and builds the images, so that no test's time is spent on it.
 * Jest transforms this file but resolves its imports as plain Node would, hence jiti.
 */
export default async function setUp(): Promise<void> {
  const { prepare } = await createJiti(__filename).import<{ prepare: () => Promise<void> }>('./prepare.ts')
  await prepare()
}

/**
 * What a lab host starts from: `bare` is what a provider's minimal Debian 12 holds; `stack` is that
 * and everything which the deployment job installs, for tests that are about something else.
 */
export const imageNames = ['bare', 'stack'] as const

export type ImageName = (typeof imageNames)[number]

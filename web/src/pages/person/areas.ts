/** What a court may close to a guardian. */
export const AREAS = ['DIARY', 'MEALS', 'ACCESS'] as const
export type ChildArea = (typeof AREAS)[number]

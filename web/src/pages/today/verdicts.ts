const TOLD = ['ALREADY_INSIDE', 'NOT_INSIDE', 'UNKNOWN_READER', 'UNKNOWN_CARD', 'CARD_BLOCKED', 'NO_RIGHT', 'NOT_NOW', 'NO_LIST'] as const

/** The reason of a verdict, of those that there are words for. */
export const verdictOf = (reason: string): (typeof TOLD)[number] | 'other' => TOLD.find((one) => one === reason) ?? 'other'

/** Where a pupil's report card, or those of a class, are: of a term, in the page's language. */
export const cardPath = (whose: string, term: string, language: string): string => `/report-cards/${whose}/${term}.pdf?language=${language === 'ru' ? 'ru' : 'en'}`

/** Where the whole term or year of a class is as a spreadsheet. */
export const bookPath = (group: string, term: string, language: string): string => `/report-cards/${group}/${term}.xlsx?language=${language === 'ru' ? 'ru' : 'en'}`
/** Where a pupil's report card, or those of a class, are: of a term, in the page's language. */
export const cardPath = (whose: string, term: string, language: string): string => `/report-cards/${whose}/${term}.pdf?language=${language === 'ru' ? 'ru' : 'en'}`

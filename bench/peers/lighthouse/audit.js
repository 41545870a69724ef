// Lighthouse, asked about one page of a browser that is signed in already: as JSON the score of each category, and the audits that are not perfect.
import lighthouse from 'lighthouse';

const [url, port] = process.argv.slice(2);
const categories = ['accessibility', 'best-practices', 'performance'];
const { lhr } = await lighthouse(url, { port: Number(port), disableStorageReset: true, onlyCategories: categories, logLevel: 'silent' });
const scores = Object.fromEntries(categories.map((name) => [name, lhr.categories[name].score * 100]));
const faults = categories.flatMap((name) => lhr.categories[name].auditRefs
  .filter(({ weight, id }) => weight > 0 && (lhr.audits[id].score ?? 1) < 1)
  .map(({ id }) => ({ category: name, id, title: lhr.audits[id].title, value: lhr.audits[id].displayValue ?? '' })));
console.log(JSON.stringify({ scores, faults }));

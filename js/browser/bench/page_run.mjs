// A contestant's page, as the bench talks to it.
import { PATIENCE } from '../../node/bench/process_run.mjs';

export class PageRun {
  /** Opens pages of that browser, each in a context and so in a process of its own. */
  static opener(browser, site) {
    return async ({ id }, flags) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const run = new PageRun(context, page);
      page.on('pageerror', ({ message }) => {
        run.fault ??= message;
      });
      await page.goto(`${site.url}/page`);
      const { call, fault } = await run.patiently(page.evaluate(([contestant, count]) => bench.open(contestant, count), [id, flags]));
      run.call = call;
      run.fault ??= fault;
      return run;
    };
  }

  constructor(context, page) {
    this.context = context;
    this.page = page;
  }

  async ask({ name }) {
    if (this.fault) return { fault: this.fault };
    return this.patiently(this.page.evaluate((question) => bench.round(question), name));
  }

  async close() {
    await this.context.close();
  }

  async patiently(answer) {
    let timer;
    const silence = new Promise((resolve) => {
      timer = setTimeout(() => resolve({ fault: `no answer within ${PATIENCE / 1_000} s` }), PATIENCE);
    });
    const failure = ({ message }) => ({ fault: message.split('\n', 1)[0] });
    return Promise.race([answer.catch(failure), silence]).finally(() => clearTimeout(timer));
  }
}

// Which page is shown: `#/people/ID` is the page `people` with the argument `ID`.

class Route {
  page = $state('');
  argument = $state('');

  constructor() {
    this.#read();
    addEventListener('hashchange', () => this.#read());
  }

  #read(): void {
    const [page = '', argument = ''] = location.hash.replace(/^#\/?/, '').split('/');
    this.page = page;
    this.argument = decodeURIComponent(argument);
  }
}

export const route = new Route();

export function go(page: string, argument = ''): void {
  location.hash = argument ? `#/${page}/${encodeURIComponent(argument)}` : `#/${page}`;
}

namespace Insp1r.Membership.Accounts.Pages;

/// <summary>The one style sheet of the pages: readable at any width, in light and dark, by keyboard, in under two kilobytes.</summary>
internal static class Style
{
    public const string Sheet = """
        :root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --line: #767680; --accent: #9c1c5b; --on-accent: #fff; --fault: #a4000f; }
        @media (prefers-color-scheme: dark) { :root { --ink: #eee; --paper: #16161a; --line: #9a9aa6; --accent: #f08cc0; --on-accent: #16161a; --fault: #ff9a9a; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 36rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
        header a { font-weight: 700; font-size: 1.25rem; color: var(--accent); text-decoration: none; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
        a { color: var(--accent); }
        label { display: block; margin: 1rem 0; }
        input:not([type=hidden]) { display: block; width: 100%; padding: .6rem; margin-top: .25rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .3rem; }
        button { padding: .6rem 1.2rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: .3rem; cursor: pointer; white-space: nowrap; }
        button.second, td button { color: var(--accent); background: transparent; border: 1px solid var(--accent); }
        input.hidden { display: none; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .line { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: space-between; align-items: center; }
        .fault { padding: .8rem; color: var(--fault); border: 1px solid var(--fault); border-radius: .3rem; }
        table { width: 100%; border-collapse: collapse; } td { padding: .5rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
        .qr { max-width: 14rem; }
        .codes { columns: 2; } code { font-size: 1.05rem; overflow-wrap: anywhere; }
        footer { display: flex; gap: 1rem; margin-top: 3rem; font-size: .9rem; }
        """;
}

"""The demo's console: one self-contained page, in English or Russian, that signs in and runs a query. It asks no other address for anything."""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>GraphQL console</title>
<style>
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem }
  form { align-items: center; display: flex; flex-wrap: wrap; gap: .5rem; margin: 0 0 1rem }
  input, button, textarea { font: inherit; padding: .4rem .6rem }
  textarea, pre { box-sizing: border-box; width: 100%; font: 14px/1.5 ui-monospace, monospace }
  textarea { height: 14rem }
  #query + button { margin-right: auto }
  pre { border: 1px solid #8888; min-height: 10rem; overflow: auto; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere }
</style>
<h1>GraphQL console</h1>
<form id="login">
  <label><span data-ru="Логин">Login</span> <input name="login" autocomplete="username" value="parent"></label>
  <label><span data-ru="Пароль">Password</span> <input name="password" type="password" autocomplete="current-password"></label>
  <button data-ru="Войти">Sign in</button> <output id="who" data-ru="Вход не выполнен">Not signed in</output>
</form>
<form id="run">
  <label for="query" data-ru="Запрос (Ctrl+Enter — выполнить)">Query (Ctrl+Enter runs it)</label>
  <textarea id="query" spellcheck="false">{ me { login children { id name classGroup { name } school { shortName } } } }</textarea>
  <button data-ru="Выполнить">Run</button>
</form>
<pre id="answer" aria-live="polite"></pre>
<script>
  let token = null;
  const russian = navigator.language.startsWith("ru");
  if (russian) {
    document.documentElement.lang = "ru";
    for (const element of document.querySelectorAll("[data-ru]")) element.textContent = element.dataset.ru;
  }
  const ask = async (query, variables) => {
    const headers = { "Content-Type": "application/json", ...(token ? { Authorization: "Bearer " + token } : {}) };
    return (await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query, variables }) })).json();
  };
  const send = async (mutation, input) => {
    const { data, errors } = await ask(mutation, { input });
    return data ? Object.values(data)[0] : errors[0];
  };
  const SIGN_IN = `mutation($input: SignInInput!) {
    signIn(input: $input) { ... on SignedIn { token } ... on SecondFactorNeeded { ticket } ... on Refusal { message } }
  }`;
  const COMPLETE = `mutation($input: CompleteSignInInput!) {
    completeSignIn(input: $input) { ... on SignedIn { token } ... on Refusal { message } }
  }`;
  document.getElementById("login").onsubmit = async (event) => {
    event.preventDefault();
    token = null;
    let answer = await send(SIGN_IN, Object.fromEntries(new FormData(event.target)));
    if (answer.ticket) {
      const code = prompt(russian ? "Код из приложения или код восстановления" : "The app's code, or a recovery code");
      answer = await send(COMPLETE, { ticket: answer.ticket, code: code ?? "" });
    }
    token = answer.token ?? null;
    document.getElementById("who").textContent = token ? (russian ? "Вход выполнен" : "Signed in") : answer.message;
  };
  const run = async (event) => {
    event.preventDefault();
    document.getElementById("answer").textContent = JSON.stringify(await ask(document.getElementById("query").value), null, 2);
  };
  document.getElementById("run").onsubmit = run;
  document.getElementById("query").onkeydown = (event) => { if (event.ctrlKey && event.key === "Enter") run(event); };
</script>
</html>
"""

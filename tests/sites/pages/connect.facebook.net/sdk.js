// Stands in for the library of Meta's plug-ins and its login: asks whether the visitor is logged in.
(() => {
  const about = new URLSearchParams({
    client_id: "600600600600600",
    input_token: "",
    origin: "1",
    redirect_uri: location.href,
    sdk: "joey",
    wants_cookie_data: "true",
  });
  fetch(`https://www.facebook.com/x/oauth/status?${about}`, { credentials: "include" }).catch(() => undefined);
})();

"""Who is asking: signing in by password, factor, passkey or provider; sessions, programs' tokens, invitations. What an account may is the registry's."""

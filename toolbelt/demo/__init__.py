"""The demo: a bad release is put right, with everything real but Heroku."""

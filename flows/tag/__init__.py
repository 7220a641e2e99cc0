"""Tags a speech with its date, level and region, each with the words it rests on."""

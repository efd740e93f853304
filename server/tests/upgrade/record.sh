#!/bin/sh
# Records what a server of some version leaves behind: its database as SQL, its flags, its answers and its stream.
#
#   record.sh SERVER sqlite FOLDER               with a file of its own
#   record.sh SERVER postgres://… FOLDER         with an empty database
#
# A new schema version gets a folder here, with a recording of the last server that made the one before. README.md says more.
set -eu
server=$1 database=$2 folder=$3
port=${PORT:-18931}
url=http://127.0.0.1:$port
work=$(mktemp -d)
mkdir -p "$folder"
case $database in
sqlite) address=sqlite:$work/sidekick.db kind=sqlite ;;
*) address=$database kind=postgres ;;
esac

DATABASE_URL=$address PORT=$port SDK_KEY=recorded HOST=127.0.0.1 "$server" >"$work/log" 2>&1 &
process=$!
trap 'kill $process 2>/dev/null || true; rm -rf "$work"' EXIT
ask() { # METHOD PATH [BODY]
    curl --silent --show-error --fail --request "$1" --header 'Authorization: Bearer recorded' \
        --header 'Content-Type: application/json' ${3:+--data "$3"} "$url$2"
}
until ask GET /readyz >"$work/ready" 2>&1; do
    kill -0 $process
    sleep 0.1
done
wait_for() { # TEXT FILE
    for _ in $(seq 300); do
        grep --quiet "$1" "$2" && return
        sleep 0.1
    done
    echo "no $1 in $2" >&2
    exit 1
}

ask POST /api/flags '{"key":"everyone","is_enabled":true}'
ask POST /api/flags '{"key":"off","rollout_percentage":100,"description":"é 😀 \"quoted\" \\ \u2028 line\nend"}'
ask POST /api/flags '{"key":"half","is_enabled":true,"rollout_percentage":50}'
ask POST /api/flags '{"key":"share","is_enabled":true,"rollout_percentage":12.345}'
ask POST /api/flags '{"key":"gone","is_enabled":true}'
ask POST /api/flags '{"key":"rules","is_enabled":true,"rollout_percentage":0,"rules":[
    {"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org"]},
    {"attribute":"plan","operator":"Equals","values":["pro","team"]},
    {"attribute":"country","operator":"NotEquals","values":["DE","é"]},
    {"attribute":"agent","operator":"Contains","values":["bot"]},
    {"attribute":"path","operator":"StartsWith","values":["/beta/"]}]}'
ask DELETE /api/flags/gone
ask PATCH /api/flags/half '{"description":"for half of the users"}'
# What this version can say and the one before could not.
if ask POST /api/flags '{"key":"hidden","is_enabled":true,"client_visible":false}' 2>"$work/refused"; then
    ask POST /api/flags '{"key":"hashed","is_enabled":true,"rollout_percentage":0,"rules":[
        {"attribute":"email","operator":"Equals","values":["ada@acme.com"],"hash_values":true}]}'
    DATABASE_URL=$address "$server" keys create web --kind client >"$work/web"
    DATABASE_URL=$address "$server" keys create ops --kind admin >"$work/ops"
    DATABASE_URL=$address "$server" keys rotate web --overlap 90d >"$work/web2"
    ask GET /api/keys >"$folder/keys.json"
else
    printf '[]' >"$folder/keys.json"
fi

# A stream from its start over three changes to a heartbeat, and one that resumes before the three.
curl --silent --no-buffer --header 'Authorization: Bearer recorded' "$url/stream" >"$folder/stream.txt" &
stream=$!
wait_for 'event: ready' "$folder/stream.txt"
ask PATCH /api/flags/everyone '{"rollout_percentage":99.999}'
ask DELETE /api/flags/off
ask POST /api/flags '{"key":"late","is_enabled":true,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}]}'
wait_for 'event: heartbeat' "$folder/stream.txt"
kill $stream
id=$(grep --before-context=1 'event: ready' "$folder/stream.txt" | sed -n 's/^id: //p')
curl --silent --no-buffer --max-time 2 --header 'Authorization: Bearer recorded' --header "Last-Event-ID: $id" \
    "$url/stream" >"$folder/resumed.txt" || true

ask GET /api/flags >"$folder/flags.json"
ask GET '/api/history?limit=1000' >"$folder/history.json"
: >"$folder/answers.jsonl"
for flag in everyone half share rules late off; do
    for user in ann user-7; do
        for attributes in '{}' '{"email":"ada@acme.com"}' '{"plan":"pro"}' '{"country":"FR"}' '{"country":"DE"}' \
            '{"agent":"a bot"}' '{"path":"/beta/x"}'; do
            question="{\"flag_key\":\"$flag\",\"user_key\":\"$user\",\"attributes\":$attributes}"
            printf '{"question":%s,"answer":%s}\n' "$question" "$(ask POST /api/evaluate "$question")" >>"$folder/answers.jsonl"
        done
    done
done
kill -TERM $process
wait $process

say="-- The database as the server left it, by server/tests/upgrade/record.sh."
if [ $kind = sqlite ]; then
    version=$(sqlite3 "$work/sidekick.db" 'PRAGMA user_version')
    { echo "$say"; sqlite3 "$work/sidekick.db" .dump; echo "PRAGMA user_version = $version;"; } >"$folder/database.sql"
else
    # Without the settings of a session, which are those of the program that reads it.
    {
        echo "$say"
        pg_dump --no-owner --no-privileges --inserts "$database" |
            grep -Ev -e '^(SET |SELECT pg_catalog\.set_config|\\|--|$)'
    } >"$folder/database.sql"
fi

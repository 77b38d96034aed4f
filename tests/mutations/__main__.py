from tests.mutations import main

main()

# -DPROGRAMS=LIST: none of them may hold the environment variables of common/base/test_hook.c.
foreach(program IN LISTS PROGRAMS)
    file(STRINGS ${program} found REGEX "ONECASE_TEST_(CRASH|HANG)")
    if(found)
        message(SEND_ERROR "${program} was built with ONECASE_TEST_HOOKS")
    endif()
endforeach()
